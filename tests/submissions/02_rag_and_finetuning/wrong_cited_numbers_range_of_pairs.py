# misconception: [1-2] の番号も読む
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    numbers |= {int(one) for pair in re.findall(r'\[([0-9]+)-([0-9]+)\]', reply) for one in pair}
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return sorted(numbers)
