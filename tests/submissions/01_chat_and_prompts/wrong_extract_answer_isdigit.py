# misconception: isdigit の語だけを数と見る
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    numbers = [word for word in text.replace(".", " ").replace(",", "").split() if word.isdigit()]
    return float(numbers[-1]) if numbers else None
