# misconception: 1 つでも渡した番号があれば認める
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or not any(1 <= number <= count for number in numbers):
        return None
    return sorted(numbers)
