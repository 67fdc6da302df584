# misconception: train の番号を返す
# scores: leaked-test=0
# %% grade_id="leaked"
def leaked(train, test):
    def plain(text):
        return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

    pages = {one["page"] for one in test}
    contexts = {plain(one["context"]) for one in test}
    return [n for n, one in enumerate(train) if one["page"] in pages or plain(one["context"]) in contexts]
