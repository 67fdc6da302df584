# approach: 二つの条件の番号を合わせて並べる
# %% grade_id="leaked"
def leaked(train, test):
    pages = [item["page"] for item in train]
    texts = [unicodedata.normalize("NFKC", item["context"]).casefold().split() for item in train]
    by_page = {n for n, item in enumerate(test) if item["page"] in pages}
    by_text = {
        n
        for n, item in enumerate(test)
        if unicodedata.normalize("NFKC", item["context"]).casefold().split() in texts
    }
    return sorted(by_page | by_text)
