# misconception: 最初の [ から最後の ] までを 1 つと思う
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    found = re.search(r"\[(.*)\]", reply)
    if found is None or not re.fullmatch("[0-9]+", found[1]):
        return None
    number = int(found[1])
    return [number] if 1 <= number <= count else None
