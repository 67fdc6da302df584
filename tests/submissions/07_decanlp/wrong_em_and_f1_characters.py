# misconception: 語ではなく、文字で数える
# scores: em-and-f1-test=0
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    def words(text):
        text = text.lower()
        text = "".join(letter for letter in text if letter not in string.punctuation)
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", text)).split()

    em, f1 = 0.0, 0.0
    mine = words(said)
    for answer in answers:
        right = words(answer)
        em = max(em, 100.0 * (mine == right))
        if not mine or not right:
            f1 = max(f1, 100.0 * (mine == right))
            continue
        common = sum((Counter(mine) & Counter(right)).values())
        f1 = max(f1, 100.0 * 2 * common / (len(mine) + len(right)))
    return em, f1
