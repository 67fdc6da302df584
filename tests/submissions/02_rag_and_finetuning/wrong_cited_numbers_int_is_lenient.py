# misconception: [ ] の中を int に直し、[-1] や [ 1 ] も読む
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = set()
    for inside in re.findall(r"\[([^\[\]]*)\]", reply):
        try:
            numbers.add(int(inside))
        except ValueError:
            pass
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return sorted(numbers)
