# approach: 行を順に見て、符号と数を別々に取り出す
# %% grade_id="extract-answer"
def extract_answer(text):
    seen = text
    for line in text.split("\n"):
        if "Answer:" in line:
            seen = line[line.index("Answer:") + 7 :]
            break
    numbers = re.findall(r"((^|[^0-9A-Za-z])-)?((?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)", seen)
    if not numbers:
        return None
    sign, _, number = numbers[-1]
    return (-1 if sign else 1) * float(number.replace(",", ""))
