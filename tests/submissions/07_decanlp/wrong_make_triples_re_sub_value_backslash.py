# misconception: 値を正規表現の置きかえ文字列に使う
# scores: make-triples-test=0
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    def fill(row):
        text = ask
        for name in re.findall(r"\{(\w+)\}", ask):
            text = re.sub(r"\{" + name + r"\}", row[name].replace("{", "\0"), text)
        return text.replace("\0", "{")
    triples = []
    for row in rows:
        if not row["context"].strip():
            raise ValueError("文脈が空です。")
        answer = row["answer"] if words is None else words[row["answer"]]
        triples.append((fill(row), row["context"], answer))
    return triples
