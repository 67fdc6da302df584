# misconception: Answer: の後ろを式として計算する
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    try:
        return float(eval(text.split("=")[-1].strip(" .").replace(",", "")))
    except Exception:
        return None
