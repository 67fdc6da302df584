# tries: 止める合図（KeyboardInterrupt）も受け止めて、繰り返しつづける
# verdict: 時間
# %% grade_id="running"
def running(values):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
