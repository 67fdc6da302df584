# approach: 評価者の番号を二重の繰り返しで選ぶ
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    values = []
    for i, j in pairs:
        for r in range(len(ratings)):
            for s in range(r):
                four = [ratings[r, i], ratings[r, j], ratings[s, i], ratings[s, j]]
                if any(x != x for x in four):
                    continue
                here, there = four[0] - four[1], four[2] - four[3]
                if here * there > 0 or here == there == 0:
                    values.append(1.0)
                elif here * there < 0:
                    values.append(0.0)
                else:
                    values.append(0.5)
    silent = [r for r in range(len(ratings)) if all(x != x for x in ratings[r])]
    if not values:
        return None, 0, silent
    return sum(values) / len(values), len(values), silent
