# misconception: \B で符号を見分け、日本語や _ の後を符号としない
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    numbers = re.findall(r"(?:\B-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
