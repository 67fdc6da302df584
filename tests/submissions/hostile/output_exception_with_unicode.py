# tries: 読めない文字を含む例外を起こす
# verdict: -
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
def running(values):
    raise ValueError("\ud800" * 10)
