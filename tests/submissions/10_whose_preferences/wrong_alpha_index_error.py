# misconception: 使える文がないときに、別のエラーになる
# scores: alpha-test=0
# %% grade_id="alpha"
def alpha(ratings, level):
    units = []
    for column in ratings.T.tolist():
        unit = [x for x in column if x == x]
        if len(unit) >= 2:
            units.append(unit)
    if not units:
        raise IndexError("文がありません。")
    values = [x for unit in units for x in unit]
    n = len(values)

    def distance(x, y):
        if level == "nominal":
            return 0 if x == y else 1
        return (x - y) ** 2

    def total(some):
        return sum(distance(x, y) for place, x in enumerate(some) for other, y in enumerate(some) if place != other)

    observed = sum(total(unit) / (len(unit) - 1) for unit in units) / n
    expected = total(values) / (n * (n - 1))
    if expected == 0:
        return None
    return 1 - observed / expected
