# misconception: 同じ項目を一度だけにする
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    if any(not row["context"].strip() for row in rows):
        raise ValueError
    return list(dict.fromkeys((ask.format(**row), row["context"], row["answer"] if words is None else words[row["answer"]]) for row in rows))
