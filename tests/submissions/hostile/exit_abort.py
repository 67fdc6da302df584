# tries: os.abort() で落ちる
# verdict: 異常終了
# thorough: yes
# %% grade_id="running"
import os


def running(values):
    os.abort()
