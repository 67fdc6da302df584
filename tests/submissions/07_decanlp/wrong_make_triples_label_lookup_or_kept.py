# misconception: 答えの言葉が空だと、元のラベルに戻す
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = (words or {}).get(row["answer"]) or row["answer"]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
