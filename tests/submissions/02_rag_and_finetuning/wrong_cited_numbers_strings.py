# misconception: 番号を文字列で返す
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return [str(number) for number in sorted(numbers)]
