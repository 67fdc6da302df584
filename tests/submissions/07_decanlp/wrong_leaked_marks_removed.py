# misconception: 句読点も取る
# scores: leaked-test=0
# %% grade_id="leaked"
def plain(text):
    return " ".join(re.sub(r"[^\w\s]", "", unicodedata.normalize("NFKC", text).casefold()).split())


def leaked(train, test):
    pages = {one["page"] for one in train}
    contexts = {plain(one["context"]) for one in train}
    return [number for number, one in enumerate(test) if one["page"] in pages or plain(one["context"]) in contexts]
