# approach: 調べることごとに関数を書く
# %% grade_id="tokenizer"
def _outside(t, c):
    return any(n not in range(len(c["vocabulary"])) for n in t.get_vocab().values())


def _special(t, c):
    return [getattr(t, k, None) for k in c["special_tokens"]] != [*c["special_tokens"].values()]


def _words(t, c):
    return any(w != c["vocabulary"][n] for w, n in t.get_vocab().items() if 0 <= n < len(c["vocabulary"]))


def _unknown(t, c):
    marks = [i == t.unk_token_id for x, _ in c["examples"] for i in t.encode(x, add_special_tokens=False)]
    return bool(marks) and sum(marks) / len(marks) > c["unknown_share"]


def _ids(t, c):
    return any(t.encode(x) != i for x, i in c["examples"])


def tokenizer_problems(tokenizer, card):
    table = {"out_of_range": _outside, "special_tokens": _special, "different_words": _words,
             "unknown_words": _unknown, "different_ids": _ids}
    return [name for name, test in table.items() if test(tokenizer, card)]
