# approach: （番号, 単語）の集合どうしを比べる
# %% grade_id="tokenizer"
def tokenizer_problems(tokenizer, card):
    problems = []
    rows = range(len(card["vocabulary"]))
    own = {(number, word) for word, number in tokenizer.get_vocab().items()}
    if not all(number in rows for number, _ in own):
        problems += ["out_of_range"]
    if any(getattr(tokenizer, key) is None or getattr(tokenizer, key) != value for key, value in card["special_tokens"].items()):
        problems += ["special_tokens"]
    if {pair for pair in own if pair[0] in rows} - set(enumerate(card["vocabulary"])):
        problems += ["different_words"]
    ids = sum((tokenizer.encode(text, add_special_tokens=False) for text, _ in card["examples"]), [])
    if ids.count(tokenizer.unk_token_id) > len(ids) * card["unknown_share"]:
        problems += ["unknown_words"]
    if [tokenizer.encode(text) for text, _ in card["examples"]] != [ids for _, ids in card["examples"]]:
        problems += ["different_ids"]
    return problems
