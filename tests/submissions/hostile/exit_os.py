# tries: os._exit(0) で、成功したように終わる
# verdict: 異常終了
# %% grade_id="running"
import os


def running(values):
    os._exit(0)
