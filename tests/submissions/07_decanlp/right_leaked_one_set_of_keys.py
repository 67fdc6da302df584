# approach: ページと文脈を、一つの集合に入れる
# %% grade_id="leaked"
def leaked(train, test):
    def keys(item):
        text = " ".join(unicodedata.normalize("NFKC", item["context"]).casefold().split())
        return {("page", item["page"]), ("context", text)}

    known = set().union(*(keys(item) for item in train))
    return [number for number, item in enumerate(test) if keys(item) & known]
