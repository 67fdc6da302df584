# misconception: 質問のひな形を、そのまま使う
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((ask, row["context"], answer))
    return triples
