# tries: プロセスを 400 個作る
# verdict: プロセス|時間|メモリ
# %% grade_id="running"
import os
import time


def running(values):
    for _ in range(400):
        if not os.fork():
            time.sleep(60)
            os._exit(0)
    return values
