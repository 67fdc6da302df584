# misconception: 同じ名前の、はじめの一つだけを埋める
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        question = ask
        for name, value in row.items():
            question = question.replace("{" + name + "}", value, 1)
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((question, row["context"], answer))
    return triples
