# misconception: 1 から続いた番号だけを認める
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or min(numbers) < 1 or max(numbers) > count or numbers != set(range(1, len(numbers) + 1)):
        return None
    return sorted(numbers)
