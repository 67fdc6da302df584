# approach: トークンの文字列にして、番号に直してから比べる
# %% grade_id="tokenizer"
from fractions import Fraction


def tokenizer_problems(tokenizer, card):
    own, rows = tokenizer.get_vocab(), card["vocabulary"]
    inside = {word: number for word, number in own.items() if number < len(rows)}
    tokens = [token for text, _ in card["examples"] for token in tokenizer.tokenize(text)]
    unknown = Fraction(tokens.count(tokenizer.unk_token), len(tokens)) if tokens else Fraction(0)
    answers = {}
    answers["out_of_range"] = len(inside) < len(own)
    answers["special_tokens"] = not all(getattr(tokenizer, a) == n for a, n in card["special_tokens"].items())
    answers["different_words"] = list(inside) != [rows[number] for number in inside.values()]
    answers["unknown_words"] = unknown > Fraction(card["unknown_share"])
    answers["different_ids"] = not all(tokenizer(t).input_ids == i for t, i in card["examples"])
    return list(filter(answers.get, answers))
