# approach: 補助の関数に、test、check、refused などの名前を付ける
# %% grade_id="prefixes"
def check(*texts):
    if not all(map(str.strip, texts)):
        raise ValueError("文が空か空白だけです。")


def text_of(prefix, text):
    check(text)
    return prefix + text


def right_rating(mean):
    tenths = 2 * round(mean * 5)
    return f"{tenths / 10:.1f}"


def to_text(kind, row):
    if kind == "translation":
        return text_of("translate English to Japanese: ", row["en"]), row["ja"]
    if kind == "headline":
        return text_of("headline: ", row["text"]), row["heading"]
    if kind == "rating":
        return text_of("rate: ", row["text"]), right_rating(row["mean"])
    if kind == "sentiment":
        return text_of("sentiment: ", row["text"]), {1: "positive", 0: "negative"}[row["label"]]
    if kind == "entailment":
        check(row["premise"], row["hypothesis"])
        words = {0: "entailment", 1: "neutral", 2: "contradiction"}
        return "entailment: premise: %s hypothesis: %s" % (row["premise"], row["hypothesis"]), words[row["label"]]
    raise ValueError


def read_rating(text):
    text = text.strip()
    digits = text[1:] if text.startswith("-") else text
    if not digits or digits.count(".") > 1 or not digits.replace(".", "").isdecimal() or digits[-1] == ".":
        return None
    value = float(text)
    if -4 <= value <= 4:
        return value
