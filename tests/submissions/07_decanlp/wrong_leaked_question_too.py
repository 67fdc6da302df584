# misconception: 質問も同じときだけ漏れとする
# scores: leaked-test=0
# %% grade_id="leaked"
def leaked(train, test):
    def plain(text):
        return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [
        number
        for number, one in enumerate(test)
        if one["page"] in pages
        or any(
            plain(one["context"]) == plain(t["context"]) and one["question"] == t["question"] for t in train
        )
    ]
