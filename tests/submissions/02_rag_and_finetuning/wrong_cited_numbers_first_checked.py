# misconception: 最初の引用の範囲だけを調べる
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or not 1 <= int(re.findall(r'\[([0-9]+)\]', reply)[0]) <= count:
        return None
    return sorted(numbers)
