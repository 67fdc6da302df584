# tries: 終わらない繰り返し
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values):
    while True:
        pass
