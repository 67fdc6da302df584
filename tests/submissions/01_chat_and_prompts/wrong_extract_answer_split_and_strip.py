# misconception: 語の前後の記号を除いてから float にする
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    for word in reversed(text.split()):
        try:
            return float(word.strip(".,$%!?()").replace(",", ""))
        except ValueError:
            pass
    return None
