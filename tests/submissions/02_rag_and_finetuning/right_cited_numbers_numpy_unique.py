# approach: numpy の unique で並べ、int に直す
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = [int(one) for one in re.findall(r"\[(\d+)\]", reply, flags=re.ASCII)]
    if not numbers:
        return None
    numbers = sorted(dict.fromkeys(numbers))
    return numbers if numbers[0] >= 1 and numbers[-1] <= count else None
