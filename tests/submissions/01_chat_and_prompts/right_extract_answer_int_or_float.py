# approach: 整数なら int で返し、補助の名前を使い回す
# %% grade_id="extract-answer"
def extract_answer(text):
    parts = text.split("Answer:", 1)
    area = parts[-1].splitlines()[:1] if len(parts) == 2 else [text]
    found = None
    for piece in area:
        if len(parts) == 2:
            piece = parts[1].split("\n", 1)[0]
        for match in re.finditer(r"(-?)([0-9]{1,3}(,[0-9]{3})+(?![0-9])|[0-9]+)(\.[0-9]+)?", piece):
            found = match, piece
    if found is None:
        return None
    match, piece = found
    value = match[2].replace(",", "") + (match[4] or "")
    value = float(value) if match[4] else int(value)
    before = piece[match.start() - 1] if match.start() else ""
    return -value if match[1] and not re.fullmatch("[0-9A-Za-z]", before) else value


text = value = wanted = why = found = random = problems = list = max = sum = None
