# approach: 分数で計算する
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    def words(text):
        text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()

    from fractions import Fraction
    em, f1 = 0.0, 0.0
    mine = words(said)
    for answer in answers:
        right = words(answer)
        em = max(em, 100.0 * (mine == right))
        if not mine or not right:
            f1 = max(f1, 100.0 * (mine == right))
            continue
        common = sum((Counter(mine) & Counter(right)).values())
        f1 = max(f1, 100 * Fraction(2 * common, len(mine) + len(right)))
    return em, f1
