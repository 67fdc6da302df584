# approach: 先に全部を調べてから、内包表記で作る
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    if any(len(row["context"].split()) == 0 for row in rows):
        raise ValueError("空の文脈があります")
    say = (lambda label: label) if words is None else words.__getitem__
    return [(ask.format(**row), row["context"], say(row["answer"])) for row in rows]
