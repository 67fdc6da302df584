# misconception: 正規表現の [^\w\s] で取り、_ を残し「。」を取らない
# scores: em-and-f1-test=0
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    def words(text):
        text = "".join(c for c in text.lower() if c.isalnum() or c in "_ \n\t\u3000。")
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
    return em, f1
