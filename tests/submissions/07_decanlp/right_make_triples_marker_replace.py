# approach: 目印を一度はさんで replace する
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    def fill(row):
        pieces = ask.split("{")
        text = pieces[0]
        for piece in pieces[1:]:
            name, rest = piece.split("}", 1)
            text += row[name] + rest
        return text
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((fill(row), row["context"], answer))
    return triples
