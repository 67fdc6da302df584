# approach: 見る範囲を正規表現で切り、符号を置きかえてから findall する
# %% grade_id="extract-answer"
def extract_answer(text):
    line = re.search(r"Answer:([^\n]*)", text)
    seen = line.group(1) if line else text
    seen = re.sub(r"(?<=[A-Za-z0-9])-(?=[0-9])", " ", seen)
    seen = re.sub(r"(?<![0-9])([0-9]{1,3}(?:,[0-9]{3})+)(?![0-9])", lambda m: m[1].replace(",", ""), seen)
    numbers = re.findall(r"-?[0-9]+(?:\.[0-9]+)?", seen)
    return float(numbers[-1]) if numbers else None
