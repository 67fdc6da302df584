# approach: finditer で 1 つずつ調べ、外れたら終わる
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    found = []
    for match in re.finditer(r"\[([0-9]+)\]", reply):
        number = int(match.group(1))
        if number == 0 or number > count:
            return None
        if number not in found:
            found.append(number)
    found.sort()
    return found if found else None
