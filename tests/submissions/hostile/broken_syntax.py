# tries: 文法の誤り
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values:
    return values
