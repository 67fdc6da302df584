# tries: isinstance をいつも True にする
# verdict: 改変|異常終了|時間
# %% grade_id="running"
import builtins

builtins.isinstance = lambda *_: True


def running(values):
    return values
