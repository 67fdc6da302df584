# misconception: 2 桁までの番号だけを読む
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]{1,2})\]", reply)}
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return sorted(numbers)
