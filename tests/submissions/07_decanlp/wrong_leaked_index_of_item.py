# misconception: 同じ項目が二つあると、番号が同じになる
# scores: leaked-test=0
# %% grade_id="leaked"
def plain(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def leaked(train, test):
    contexts = {plain(one["context"]) for one in train}
    pages = {one["page"] for one in train}
    return [test.index(one) for one in test if one["page"] in pages or plain(one["context"]) in contexts]
