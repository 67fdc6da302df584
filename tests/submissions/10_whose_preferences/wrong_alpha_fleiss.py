# misconception: フライスのカッパを返す
# scores: alpha-test=0
# %% grade_id="alpha"
def alpha(ratings, level):
    units = [column[~np.isnan(column)] for column in ratings.T]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        raise ValueError("文がありません。")
    values = np.concatenate(units)
    agree = np.mean([np.mean([x == y for x, y in combinations(unit, 2)]) for unit in units])
    chance = sum((values == x).mean() ** 2 for x in set(values))
    return None if chance == 1 else float((agree - chance) / (1 - chance))
