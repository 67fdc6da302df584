# misconception: 番号を文字列のまま比べ、[10] を 9 より小さいと思う
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = {int(digits) for digits in re.findall(r"\[([0-9]+)\]", reply)}
    texts = {str(number) for number in numbers}
    if not texts or min(texts) < '1' or max(texts) > str(count):
        return None
    return sorted(numbers)
