# misconception: Answer: のすぐ後ろに数があると思う
# scores: extract-answer-test=0
# %% grade_id="extract-answer"
def extract_answer(text):
    found = re.search(r"Answer:\s*(-?[0-9,]*\.?[0-9]+)", text)
    if found:
        return float(found.group(1).replace(",", ""))
    numbers = re.findall(r"-?[0-9]+(?:\.[0-9]+)?", text)
    return float(numbers[-1]) if numbers else None
