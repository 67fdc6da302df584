# misconception: \b で区切り、単位の付いた数を見のがす
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    _, found, after = text.partition("Answer:")
    seen = after.split("\n")[0] if found else text
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])-)?(?:\b[0-9]{1,3}(?:,[0-9]{3})+|\b[0-9]+)(?:\.[0-9]+)?\b", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
