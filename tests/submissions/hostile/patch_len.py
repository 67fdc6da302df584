# tries: len をいつも同じ値にする
# verdict: 改変|異常終了|時間
# thorough: yes
# %% grade_id="running"
import builtins

old = len
builtins.len = lambda value: 3 if type(value) is list else old(value)


def running(values):
    return values
