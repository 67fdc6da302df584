# misconception: 質問の {answer} に、替えた後の言葉を入れる
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    rows = [dict(row, answer=row["answer"] if words is None else words[row["answer"]]) for row in rows]
    words = None
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((ask.format(**row), row["context"], answer))
    return triples
