# tries: テストのあいだ眠りつづける
# verdict: -
# scores: running-test=0
# %% grade_id="running"
import time


def running(values):
    time.sleep(10**6)
