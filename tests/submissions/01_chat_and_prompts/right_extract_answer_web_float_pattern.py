# approach: よく使われる小数の正規表現（指数や + も読む）を使う
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    seen = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", seen)
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])[-+])?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
