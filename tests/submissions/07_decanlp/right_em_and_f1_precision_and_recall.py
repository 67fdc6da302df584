# approach: 適合率と再現率を別に計算する
# %% grade_id="em-and-f1"
def tidy(text):
    text = "".join(" " if False else c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def one_f1(mine, right):
    if not mine or not right:
        return float(mine == right)
    common = 0
    for word in set(mine):
        common += min(mine.count(word), right.count(word))
    if common == 0:
        return 0.0
    precision, recall = common / len(mine), common / len(right)
    return 2 * precision * recall / (precision + recall)


def em_and_f1(said, answers):
    mine = tidy(said)
    rights = [tidy(answer) for answer in answers]
    em = 100.0 if mine in rights else 0.0
    return em, 100.0 * max(one_f1(mine, right) for right in rights)
