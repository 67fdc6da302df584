# approach: EM は、つないだ文字列で比べる
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    def tidy(text):
        text = re.sub("[" + re.escape(string.punctuation) + "]", "", text.lower())
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())

    em = any(tidy(said) == tidy(answer) for answer in answers) * 100
    best = 0
    for answer in answers:
        one, other = Counter(tidy(said).split()), Counter(tidy(answer).split())
        total = one.total() + other.total()
        if not one or not other:
            best = max(best, 100 * (one == other))
        else:
            best = max(best, 200 * (one & other).total() / total)
    return em, best
