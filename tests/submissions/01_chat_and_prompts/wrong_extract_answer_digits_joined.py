# misconception: 数字を全部つなげて 1 つの数にする
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    digits = "".join(letter for letter in text if letter in "0123456789.")
    try:
        return float(digits)
    except ValueError:
        return None
