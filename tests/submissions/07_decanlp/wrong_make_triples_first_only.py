# misconception: 一つ目の項目だけを返す
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((ask.format(**row), row["context"], answer))
    return triples[:1]
