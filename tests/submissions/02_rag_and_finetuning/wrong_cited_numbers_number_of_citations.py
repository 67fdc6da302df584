# misconception: 引用の個数を count と比べる
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or min(numbers) < 1 or len(numbers) > count:
        return None
    return sorted(numbers)
