# misconception: Answer: の大文字と小文字を区別しない
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = (re.split("answer:", text, maxsplit=1, flags=re.IGNORECASE) + ["", ""])[:2] + [""]
    found, after = (found, found) if re.search("answer:", text, re.IGNORECASE) else ("", "")
    seen = after.split("\n")[0] if found else text
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
