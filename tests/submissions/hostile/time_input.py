# tries: input() で入力を待つ
# verdict: -
# scores: running-test=0
# %% grade_id="running"
def running(values):
    return eval(input("答えを入れてください: "))
