# approach: list や str などの名前を、セルの変数に使う
# %% grade_id="make-triples"
list, str, all, zip, min = [], '', True, (), 0


def make_triples(rows, ask, words):
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError
        triples.append((ask.format(**row), row["context"], row["answer"] if words is None else words[row["answer"]]))
    return triples
