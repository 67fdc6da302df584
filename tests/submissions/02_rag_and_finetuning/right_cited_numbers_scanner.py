# approach: 1 文字ずつ読む
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers, digits = [], None
    for letter in reply:
        if letter == "[":
            digits = ""
        elif digits is not None and letter in list("0123456789"):
            digits += letter
        else:
            if letter == "]" and digits:
                numbers.append(int(digits))
            digits = None
    if len(numbers) == 0:
        return None
    if any(number not in range(1, count + 1) for number in numbers):
        return None
    return sorted(set(numbers))
