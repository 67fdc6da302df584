# misconception: $ が終わりの改行の前にも合い、行の初めの - を符号としない
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    best = None
    for found in re.finditer(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen):
        value = float(found[0].replace(",", ""))
        before = seen[:found.start()]
        if before.endswith("-") and not re.search(r"[0-9A-Za-z]$", before[:-1]):
            value = -value
        best = value
    return best
