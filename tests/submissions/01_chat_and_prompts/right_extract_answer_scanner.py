# approach: 1 文字ずつ読む
# %% grade_id="extract-answer"
def extract_answer(text):
    place = text.find("Answer:")
    if place >= 0:
        text = text[place + 7:]
        if "\n" in text:
            text = text[: text.find("\n")]
    digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyz"
    found, i = None, 0

    def run(start):
        end = start
        while end < len(text) and text[end] in digits:
            end += 1
        return end

    while i < len(text):
        if text[i] not in digits:
            i += 1
            continue
        start, end = i, run(i)
        if end - start <= 3:
            while text[end:end + 1] == "," and run(end + 1) - end - 1 == 3:
                end += 4
        if text[end:end + 1] == "." and run(end + 1) > end + 1:
            end = run(end + 1)
        found = float(text[start:end].replace(",", ""))
        if start and text[start - 1] == "-" and (start == 1 or text[start - 2].lower() not in digits + letters):
            found = -found
        i = end
    return found
