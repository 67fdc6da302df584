# misconception: 漏れていない番号を返す
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
        if not (one["page"] in pages or plain(one["context"]) in contexts)
    ]
