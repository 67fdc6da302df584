# tries: どのプロセスのものでもないメモリ（memfd_create）を使う
# verdict: -
# scores: running-test=0
# %% grade_id="running"
import itertools
import os

try:
    kept = os.memfd_create("hidden")
except OSError:
    kept = None


def running(values):
    return list(itertools.accumulate(values)) if kept else None
