# misconception: = の後ろの数だけを見る
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    found = re.findall(r"= *(-?[0-9.]*[0-9])", text)
    return float(found[-1]) if found else None
