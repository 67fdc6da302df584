# approach: decimal で丸める
# %% grade_id="prefixes"
from decimal import ROUND_HALF_UP, Decimal


def to_text(kind, row):
    match kind:
        case "translation":
            names, text, answer = ["en"], f"translate English to Japanese: {row['en']}", row["ja"]
        case "headline":
            names, text, answer = ["text"], f"headline: {row['text']}", row["heading"]
        case "rating":
            step = (Decimal(str(row["mean"])) * 5).quantize(Decimal(1), ROUND_HALF_UP)
            value = step / 5 if step else Decimal(0)
            names, text, answer = ["text"], f"rate: {row['text']}", f"{value:.1f}"
        case "sentiment":
            names, text, answer = ["text"], f"sentiment: {row['text']}", "negative positive".split()[row["label"]]
        case "entailment":
            words = "entailment neutral contradiction".split()
            text = f"entailment: premise: {row['premise']} hypothesis: {row['hypothesis']}"
            names, answer = ["premise", "hypothesis"], words[row["label"]]
        case _:
            raise ValueError("unknown")
    if any(not row[name].split() for name in names):
        raise ValueError("empty")
    return text, answer


def read_rating(text):
    try:
        value = float(text.strip())
    except ValueError:
        return None
    if value != value or value < -4 or value > 4:
        return None
    return value
