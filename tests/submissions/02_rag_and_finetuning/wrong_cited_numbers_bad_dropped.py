# misconception: 渡していない番号を除いて、残りを返す
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or False:
        return None
    numbers = {number for number in numbers if 1 <= number <= count}
    if not numbers:
        return None
    return sorted(numbers)
