# tries: 100 万行を表示する
# verdict: -|出力
# scores:
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]


for number in range(1_000_000):
    print(number)
