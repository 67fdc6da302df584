# misconception: 貪欲な .* で、数の最後の 1 桁しか取れない
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    if "Answer:" in text:
        text = text.split("Answer:")[1].split("\n")[0]
    found = re.search(r".*(-?[0-9]+(?:\.[0-9]+)?)", text, re.DOTALL)
    return float(found.group(1)) if found else None
