# approach: NumPy の配列で比べる
# %% grade_id="tokenizer"
def tokenizer_problems(tokenizer, card):
    vocabulary = np.array(card["vocabulary"], dtype=object)
    pairs = list(tokenizer.get_vocab().items())
    own_words = np.array([p[0] for p in pairs], dtype=object)
    numbers = np.array([p[1] for p in pairs])
    inside = numbers < len(vocabulary)
    flags = np.array([
        (~inside).any(),
        any(getattr(tokenizer, k) != v for k, v in card["special_tokens"].items()),
        (vocabulary[numbers[inside]] != own_words[inside]).any(),
        False,
        any(not np.array_equal(tokenizer(t)["input_ids"], i) for t, i in card["examples"]),
    ])
    ids = np.concatenate([np.array(tokenizer(t, add_special_tokens=False)["input_ids"], int) for t, _ in card["examples"]])
    flags[3] = (ids == tokenizer.unk_token_id).sum() > card["unknown_share"] * ids.size
    names = ["out_of_range", "special_tokens", "different_words", "unknown_words", "different_ids"]
    return [name for name, flag in zip(names, flags) if flag]
