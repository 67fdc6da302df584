# tries: 止める合図を無視する設定にして、繰り返しつづける
# verdict: 時間
# thorough: yes
# %% grade_id="running"
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
