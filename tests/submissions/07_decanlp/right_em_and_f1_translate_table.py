# approach: str.translate で句読点を取り、残りから消していく
# %% grade_id="em-and-f1"
def em_and_f1(said, answers):
    table = str.maketrans("", "", string.punctuation)

    def words(text):
        return re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(table)).split()

    scores = []
    for answer in answers:
        mine, left, hits = words(said), words(answer), 0
        size = len(mine) + len(left)
        same = mine == left
        for word in mine:
            if word in left:
                left.remove(word)
                hits += 1
        scores.append((100.0 * same, 200.0 * hits / size if size and mine else 100.0 * same))
    return max(one for one, _ in scores), max(other for _, other in scores)
