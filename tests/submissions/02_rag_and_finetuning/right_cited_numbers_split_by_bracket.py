# approach: 正規表現を使わず、[ で分ける
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = set()
    for piece in reply.split("[")[1:]:
        inside, bracket, _ = piece.partition("]")
        if bracket and inside and all(letter in "0123456789" for letter in inside):
            numbers.add(int(inside))
    if numbers and all(1 <= number <= count for number in numbers):
        return sorted(numbers)
    return None
