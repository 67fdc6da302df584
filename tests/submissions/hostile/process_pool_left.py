# tries: multiprocessing のプールを閉じない
# verdict: -
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import multiprocessing

pool = multiprocessing.get_context("fork").Pool(3)
def running(values):
    return values
