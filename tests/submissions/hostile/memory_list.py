# tries: メモリを使い切るまでリストをのばす
# verdict: メモリ|-
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
def running(values):
    kept = []
    for number in range(200):
        kept.append(bytes([1]) * 10**8)
