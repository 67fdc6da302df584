# approach: 判断を文字列で表し、辞書で値を引く
# %% grade_id="pair-agreement"
def verdict(a, b):
    return "tie" if a == b else "i" if a > b else "j"


def pair_agreement(ratings, pairs):
    value = {1: 1, 2: 0}
    total, cases = 0, 0
    for i, j in pairs:
        known = [verdict(row[i], row[j]) for row in ratings.tolist() if row[i] == row[i] and row[j] == row[j]]
        for couple in combinations(known, 2):
            kinds = set(couple)
            total += 0.5 if len(kinds) == 2 and "tie" in kinds else value[len(kinds)]
            cases += 1
    silent = [number for number, row in enumerate(ratings.tolist()) if not [x for x in row if x == x]]
    return (total / cases) if cases > 0 else None, cases, silent
