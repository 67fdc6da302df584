# misconception: ページの名前を NFKC でそろえる
# scores: leaked-test=0
# %% grade_id="leaked"
def plain(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def leaked(train, test):
    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [number for number, one in enumerate(test) if unicodedata.normalize("NFKC", one["page"]) in {unicodedata.normalize("NFKC", p) for p in pages} or plain(one["context"]) in contexts]
