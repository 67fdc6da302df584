# misconception: [ ] の中が isdigit なら読み、全角や上付きの数字でも通る
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    insides = re.findall(r"\[([^\[\]]*)\]", reply)
    numbers = {int(inside) for inside in insides if inside.isdigit()}
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return sorted(numbers)
