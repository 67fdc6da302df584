# tries: 写しを作ると命令が動く値を返す
# verdict: -
# scores: running-test=0
# %% grade_id="running"
import os


class Trap:
    def __reduce__(self):
        return os.system, ("touch trapped",)


def running(values):
    return Trap()
