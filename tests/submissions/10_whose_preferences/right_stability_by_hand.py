# approach: 一つずつ取り出す
# %% grade_id="stability"
def draw(bag, k, generator):
    bag = list(bag)
    taken = []
    while len(taken) < k:
        taken.append(bag.pop(generator.integers(len(bag))))
    return taken


def label(values):
    if sum(values) > 0:
        return 1
    return -1 if sum(values) < 0 else 0


def stability(ratings, sizes, draws, generator):
    sentences = [[x for x in column if x == x] for column in ratings.T.tolist()]
    for k in sizes:
        for values in sentences:
            if not 1 <= k <= len(values):
                raise ValueError(k)
    shares = []
    for k in sizes:
        hits = [label(draw(values, k, generator)) == label(values) for values in sentences for _ in range(draws)]
        shares.append(hits.count(True) / len(hits))
    return shares
