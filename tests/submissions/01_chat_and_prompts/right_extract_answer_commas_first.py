# approach: 3 桁ごとのコンマだけを先に除く
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    seen = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", seen)
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])-)?[0-9]+(?:\.[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
