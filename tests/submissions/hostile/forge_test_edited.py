# tries: テストのセルを書きかえる
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values):
    return values
# %% grade_id="running-test"
pass
