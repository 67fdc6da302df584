# misconception: はじめの 3 語で比べる
# scores: leaked-test=0
# %% grade_id="leaked"
def plain(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()[:3])


def leaked(train, test):
    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [number for number, one in enumerate(test) if one["page"] in pages or plain(one["context"]) in contexts]
