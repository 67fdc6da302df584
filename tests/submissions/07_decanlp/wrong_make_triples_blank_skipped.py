# misconception: 空の文脈の項目を飛ばす
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            continue
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
