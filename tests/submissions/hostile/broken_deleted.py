# tries: 関数を消す
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values):
    return values


del running
