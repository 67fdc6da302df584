# tries: とても深い入れ子の値を表示する
# verdict: -
# scores:
# thorough: yes
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]


deep = []
for _ in range(100_000):
    deep = [deep]
try:
    print(repr(deep)[:10])
except RecursionError:
    print("深すぎます")
