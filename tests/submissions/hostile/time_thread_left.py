# tries: 終わらないスレッドを残す
# verdict: 改変|時間
# %% grade_id="running"
import threading


def work():
    while True:
        sum(range(1000))


def running(values):
    threading.Thread(target=work).start()
    return values
