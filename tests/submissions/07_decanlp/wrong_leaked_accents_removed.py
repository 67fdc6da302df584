# misconception: アクセントや濁点を取る
# scores: leaked-test=0
# %% grade_id="leaked"
def plain(text):
    text = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).casefold().split())


def leaked(train, test):
    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [number for number, one in enumerate(test) if one["page"] in pages or plain(one["context"]) in contexts]
