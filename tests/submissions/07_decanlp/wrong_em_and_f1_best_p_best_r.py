# misconception: 適合率と再現率の最大を別々に取る
# scores: em-and-f1-test=0
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    def words(text):
        text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
        return re.sub(r"\b(a|an|the)\b", " ", text).split()


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
    rights = [words(one) for one in answers]
    if not mine or not all(rights):
        return em, f1
    p = max(sum((Counter(mine) & Counter(right)).values()) / len(mine) for right in rights)
    r = max(sum((Counter(mine) & Counter(right)).values()) / len(right) for right in rights)
    return em, 100.0 * (2 * p * r / (p + r) if p + r else 0)
