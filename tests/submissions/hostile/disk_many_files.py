# tries: 小さいファイルを大量に作る
# verdict: -
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
def running(values):
    for number in range(20_000):
        open(f"file_{number}", "w").close()
    return values
