# misconception: 空白で切って、float にできる語を探す
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    numbers = []
    for word in text.split():
        try:
            numbers.append(float(word))
        except ValueError:
            pass
    return numbers[-1] if numbers else None
