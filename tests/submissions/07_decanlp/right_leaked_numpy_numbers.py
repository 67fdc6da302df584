# approach: numpy で番号を取り出す
# %% grade_id="leaked"
def plain(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def leaked(train, test):
    contexts = [plain(one["context"]) for one in train]
    pages = [one["page"] for one in train]
    flags = [one["page"] in pages or plain(one["context"]) in contexts for one in test]
    return list(np.flatnonzero(flags))
