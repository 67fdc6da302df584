# tries: とても大きい配列を、値で埋める
# verdict: メモリ|時間
# %% grade_id="running"
import numpy


def running(values):
    return numpy.ones(2 * 10**9).cumsum()
