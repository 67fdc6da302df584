# misconception: 引用は 1 つだけだと思う
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or min(numbers) < 1 or max(numbers) > count or len(numbers) > 1:
        return None
    return sorted(numbers)
