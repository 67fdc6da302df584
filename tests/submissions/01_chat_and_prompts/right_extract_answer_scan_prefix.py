# approach: 数を順に見て、すぐ前の 2 文字から符号を決める
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    best = None
    for found in re.finditer(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen):
        value = float(found[0].replace(",", ""))
        before = " " + seen[:found.start()]
        if before[-1] == "-" and not re.match(r"[0-9A-Za-z]", before[-2]):
            value = -value
        best = value
    return best
