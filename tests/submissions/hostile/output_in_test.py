# tries: テストのあいだに 200 MB を表示する
# verdict: 出力
# thorough: yes
# %% grade_id="running"
def running(values):
    for number in range(200):
        print("x" * 10**6)
    return values
