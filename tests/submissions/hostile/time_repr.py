# tries: 表示しようとすると終わらない値を、セルの最後に置く
# verdict: -
# scores: running-test=0
# %% grade_id="running"
class Slow:
    def __repr__(self):
        while True:
            pass


def running(values):
    return values


Slow()
