# approach: 番号から単語へ、リストのほうから調べる
# %% grade_id="tokenizer"
def tokenizer_problems(tokenizer, card):
    words = dict(enumerate(card["vocabulary"]))
    own = {number: word for word, number in tokenizer.get_vocab().items()}
    texts, recorded = zip(*card["examples"])
    plain = [i for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"] for i in ids]
    share = np.mean(np.array(plain) == tokenizer.unk_token_id) if plain else 0
    found = [
        ("out_of_range", bool(own.keys() - words.keys())),
        ("special_tokens", {n: getattr(tokenizer, n, None) for n in card["special_tokens"]} != card["special_tokens"]),
        ("different_words", any(own[n] != words[n] for n in own.keys() & words.keys())),
        ("unknown_words", share > card["unknown_share"]),
        ("different_ids", tokenizer(list(texts))["input_ids"] != [*recorded]),
    ]
    return [name for name, yes in found if yes]
