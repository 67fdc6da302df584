# misconception: words が None のときを忘れる
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = words[row["answer"]]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
