# tries: 親のプロセスを強制終了する
# verdict: 異常終了|-
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import os
import signal
import time


def running(values):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(0.5)
    return values
