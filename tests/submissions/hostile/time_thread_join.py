# tries: 終わらないスレッドを待つ
# verdict: 改変|時間
# thorough: yes
# %% grade_id="running"
import threading


def work():
    while True:
        pass


def running(values):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
