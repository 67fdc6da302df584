# tries: カーネルに終了を頼む
# verdict: 異常終了|-
# scores: running-test=0
# %% grade_id="running"
def running(values):
    get_ipython().ask_exit()
    return values
