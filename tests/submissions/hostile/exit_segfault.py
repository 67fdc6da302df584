# tries: ctypes で、読めないメモリを読む
# verdict: 異常終了|改変
# %% grade_id="running"
import ctypes


def running(values):
    ctypes.string_at(0)
