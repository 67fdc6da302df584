# tries: 別のプログラムを起動したままにする
# verdict: -
# scores: running-test=0
# %% grade_id="running"
import subprocess


def running(values):
    subprocess.Popen(["sleep", "300"], start_new_session=True)
    return values
