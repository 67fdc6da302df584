# tries: 深さの上限をなくして、自分を呼びつづける
# verdict: 異常終了|メモリ|時間|-
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import sys

sys.setrecursionlimit(10**9)


def running(values):
    return running([*values, 1])
