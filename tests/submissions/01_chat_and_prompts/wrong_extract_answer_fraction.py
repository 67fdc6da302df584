# misconception: 分数を割り算して返す
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    if pair := re.findall(r"([0-9]+)/([1-9][0-9]*)", seen):
        return int(pair[-1][0]) / int(pair[-1][1])
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
