# misconception: 空の文脈を見のがす
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        pass
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
