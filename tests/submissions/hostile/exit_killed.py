# tries: 自分を強制終了する
# verdict: 異常終了
# thorough: yes
# %% grade_id="running"
import os
import signal


def running(values):
    os.kill(os.getpid(), signal.SIGKILL)
