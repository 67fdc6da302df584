# approach: 下線で始まる名前の部品を使う
# %% grade_id="em-and-f1"
def _words(text):
    return Counter(_reference(text))


def _reference(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def em_and_f1(said, answers):
    em, f1 = 0.0, 0.0
    for answer in answers:
        one, other = _words(said), _words(answer)
        same = _reference(said) == _reference(answer)
        size = one.total() + other.total()
        em = max(em, 100.0 * same)
        f1 = max(f1, 200.0 * (one & other).total() / size if size else 100.0 * same)
    return em, f1
