# misconception: 空白で分けた語のうち、かっこで囲まれた語だけを読む
# scores: cited-numbers-test=0
# %% grade_id="cited-numbers"
def cited_numbers(reply, count):
    numbers = set()
    for word in reply.split():
        word = word.strip(".,;:!?")
        if word.startswith("[") and word.endswith("]") and word[1:-1].isdigit():
            numbers.add(int(word[1:-1]))
    if not numbers or min(numbers) < 1 or max(numbers) > count:
        return None
    return sorted(numbers)
