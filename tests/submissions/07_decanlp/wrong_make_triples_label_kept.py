# misconception: ラベルを言葉に替えない
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
