# tries: 200 MB を表示する
# verdict: 出力
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]


for number in range(200):
    print("x" * 10**6)
