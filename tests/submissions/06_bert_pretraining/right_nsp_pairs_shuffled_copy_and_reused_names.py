# approach: 写しを並べかえて先頭を取り、documents や pairs という名前も使う
# %% grade_id="nsp-pairs"
def make_nsp_pairs(documents, rng):
    pairs = []
    for number, document in enumerate(documents):
        rest = [list(other) for place, other in enumerate(documents) if place != number]
        for i, first in enumerate(document):
            if i + 1 == len(document):
                break
            label = rng.randint(0, 1)
            rng.shuffle(rest)
            sentences = sorted(rest[0], key=lambda _: rng.random())
            pairs.append((first, [document[i + 1], sentences[0]][label], label))
    return pairs


documents = pairs = calls = rng = limit = likely = sizes = 0
