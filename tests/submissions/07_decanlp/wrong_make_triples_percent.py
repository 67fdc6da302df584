# misconception: % の書式に替えて入れる
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((re.sub(r"\{(\w+)\}", r"%(\1)s", ask) % row, row["context"], answer))
    return triples
