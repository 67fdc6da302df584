# misconception: casefold ではなく lower を使う
# scores: leaked-test=0
# %% grade_id="leaked"
def leaked(train, test):
    def plain(text):
        return " ".join(unicodedata.normalize("NFKC", text).lower().split())

    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [
        number for number, one in enumerate(test) if one["page"] in pages or plain(one["context"]) in contexts
    ]
