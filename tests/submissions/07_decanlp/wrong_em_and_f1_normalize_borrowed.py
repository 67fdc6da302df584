# misconception: ライブラリのそろえる関数を、別の名前で使う
# scores: em-and-f1-test=0
# %% grade_id="em-and-f1"
from torchmetrics.functional.text.squad import _normalize_text as _borrowed


def em_and_f1(said, answers):
    def words(text):
        return _borrowed(text).split()


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
