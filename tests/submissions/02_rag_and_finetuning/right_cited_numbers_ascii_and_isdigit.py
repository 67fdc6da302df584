# approach: […] を取り出してから、半角の数字だけかを調べる
# %% grade_id="cited-numbers"
def is_number(text):
    return text.isascii() and text.isdigit()


def cited_numbers(reply, count):
    insides = re.findall(r"\[([^\[\]]*)\]", reply)
    numbers = {int(inside) for inside in insides if is_number(inside)}
    outside = {number for number in numbers if not 0 < number <= count}
    return None if outside or not numbers else sorted(numbers)
