# approach: 文の確率も先に行の和で割る（結果は同じ）
# %% grade_id="calibrate"
def normalise(table):
    return table / table.sum(axis=1).reshape(-1, 1)


def calibrate(probabilities, content_free):
    return normalise(normalise(probabilities) / normalise(content_free).mean(axis=0))


result = given = before = texts = list = sum = max = None
