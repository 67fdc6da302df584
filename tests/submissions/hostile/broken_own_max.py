# tries: テストの使わない組み込みの名前で、自分の関数を書く（悪気はない）
# verdict: -
# %% before="running"
def max(values):
    best = values[0]
    for value in values:
        if value > best:
            best = value
    return best
