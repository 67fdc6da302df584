# approach: 書いてある行を使い、範囲の外を数える
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    found = re.findall(r"\[([0-9]+)\]", reply)
    numbers = sorted(set(map(int, found)))
    outside = [number for number in numbers if not 0 < number <= count]
    return numbers if numbers and not outside else None
