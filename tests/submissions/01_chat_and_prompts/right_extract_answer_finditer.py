# approach: 正規表現を分け、finditer で最後を覚える
# %% grade_id="extract-answer"
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+", re.ASCII)


def extract_answer(text):
    if "Answer:" in text:
        text = text[text.index("Answer:") + len("Answer:"):].partition("\n")[0]
    last = None
    position = 0
    while match := NUMBER.search(text, position):
        value = match.group().replace(",", "")
        end = match.end()
        if decimals := re.match(r"\.[0-9]+", text[end:]):
            value += decimals.group()
            end += len(decimals.group())
        start = match.start()
        if start > 0 and text[start - 1] == "-":
            before = text[start - 2] if start > 1 else " "
            if not (before.isascii() and before.isalnum()):
                value = "-" + value
        last = float(value)
        position = end
    return last
