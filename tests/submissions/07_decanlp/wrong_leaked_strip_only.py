# misconception: 両はしの空白だけを取る
# scores: leaked-test=0
# %% grade_id="leaked"
def leaked(train, test):
    def plain(text):
        return unicodedata.normalize("NFKC", text).casefold().strip()

    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [
        number for number, one in enumerate(test) if one["page"] in pages or plain(one["context"]) in contexts
    ]
