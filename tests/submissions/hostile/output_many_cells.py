# tries: セルを 10,000 個に増やす
# verdict: -
# scores:
# repeat: 10000
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]
# %% before="running"
1
