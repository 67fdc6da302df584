# approach: 二重のループで比べる
# %% grade_id="leaked"
def tidy(text):
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def leaked(train, test):
    found = []
    for number in range(len(test)):
        for known in train:
            same_page = known["page"] == test[number]["page"]
            if same_page or tidy(known["context"]) == tidy(test[number]["context"]):
                found.append(number)
                break
    return found
