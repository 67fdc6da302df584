# tries: 無限に続く値を返す
# verdict: -
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import itertools


def running(values):
    return itertools.count()
