# tries: 自分を調べられないようにしてから（PR_SET_DUMPABLE）、プロセスを 100 個作る
# verdict: プロセス|時間|メモリ
# thorough: yes
# %% grade_id="running"
import ctypes
import os
import time

ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
for _ in range(100):
    if not os.fork():
        time.sleep(60)
        os._exit(0)
time.sleep(60)


def running(values):
    return values
