# misconception: split で分けた 2 つ目だけを見る
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    seen = text.split("Answer:")[1].split("\n")[0] if "Answer:" in text else text
    numbers = re.findall(r"(?:(?<![0-9A-Za-z])-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?", seen)
    if not numbers:
        return None
    return float(numbers[-1].replace(",", ""))
