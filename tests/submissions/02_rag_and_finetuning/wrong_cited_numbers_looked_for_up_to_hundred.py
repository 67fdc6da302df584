# misconception: 0 から 100 までの番号だけを探す
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    found = [number for number in range(101) if f"[{number}]" in reply]
    if not found or found[0] == 0 or found[-1] > count:
        return None
    return found
