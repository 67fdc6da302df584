# tries: 作ったプロセスが、またプロセスを作る（9 段）
# verdict: プロセス|時間
# thorough: yes
# %% grade_id="running"
import os
import time

first = os.getpid()


def running(values):
    for _ in range(9):
        os.fork()
    if os.getpid() != first:
        time.sleep(60)
        os._exit(0)
    return values
