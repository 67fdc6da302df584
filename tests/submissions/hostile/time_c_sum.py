# tries: C の中で終わらない計算。止める合図が届かない
# verdict: 時間
# %% grade_id="running"
def running(values):
    return sum(range(10**14))
