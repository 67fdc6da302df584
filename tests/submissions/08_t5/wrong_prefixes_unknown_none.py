# misconception: 知らない課題に None を返す
# scores: prefixes-test=0
# %% grade_id="prefixes"
WORDS = ["entailment", "neutral", "contradiction"]


def to_text(kind, row):
    for name in ("en", "text", "premise", "hypothesis"):
        if name in row and not row[name].strip():
            raise ValueError("文が空です。")
    if kind == "translation":
        return "translate English to Japanese: " + row["en"], row["ja"]
    if kind == "headline":
        return "headline: " + row["text"], row["heading"]
    if kind == "rating":
        return "rate: " + row["text"], f"{round(row['mean'] / 0.2) * 0.2 + 0.0:.1f}".replace("-0.0", "0.0")
    if kind == "sentiment":
        return "sentiment: " + row["text"], "positive" if row["label"] else "negative"
    if kind == "entailment":
        return "entailment: premise: " + row["premise"] + " hypothesis: " + row["hypothesis"], WORDS[row["label"]]
    return None


def read_rating(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= 4 else None
