# tries: 共有メモリ（/dev/shm）を埋める
# verdict: -|メモリ
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
def running(values):
    with open("/dev/shm/big", "wb") as file:
        for _ in range(80):
            file.write(bytes(10**8))
    return values
