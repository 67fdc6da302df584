# tries: C の中で終わらない検索
# verdict: 時間
# thorough: yes
# %% grade_id="running"
import itertools


def running(values):
    return -1 in itertools.count()
