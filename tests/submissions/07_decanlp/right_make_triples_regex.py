# approach: 正規表現で、名前を値に替える
# %% grade_id="make-triples"
def make_triples(rows, ask, words):
    found = []
    for row in rows:
        if row["context"].isspace() or row["context"] == "":
            raise ValueError("context")
        question = re.sub(r"\{(\w+)\}", lambda match: row[match.group(1)], ask)
        label = row["answer"]
        if words is not None:
            label = words[label]
        found.append((question, row["context"], label))
    return found
