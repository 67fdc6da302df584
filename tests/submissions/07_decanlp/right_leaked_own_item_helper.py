# approach: 下線で始まる部品を使う
# %% grade_id="leaked"
def _item(one):
    return one["page"], " ".join(unicodedata.normalize("NFKC", one["context"]).casefold().split())


def leaked(train, test):
    old = [_item(one) for one in train]
    return [n for n, one in enumerate(test) if any(a == b for pair in old for a, b in zip(_item(one), pair))]
