# misconception: トークナイザにない特殊トークンを、調べない
# scores: tokenizer-test=0
# %% grade_id="tokenizer"
def tokenizer_problems(tokenizer, card):
    words = card["vocabulary"]
    own = tokenizer.get_vocab()
    problems = []
    if max(own.values()) >= len(words):
        problems.append("out_of_range")
    for name, number in card["special_tokens"].items():
        if getattr(tokenizer, name) not in (None, number):
            problems.append("special_tokens")
            break
    for word, number in own.items():
        if number < len(words) and words[number] != word:
            problems.append("different_words")
            break
    unknown = total = 0
    for text, _ in card["examples"]:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        unknown += sum(one == tokenizer.unk_token_id for one in ids)
        total += len(ids)
    if total and unknown / total > card["unknown_share"]:
        problems.append("unknown_words")
    for text, ids in card["examples"]:
        if list(tokenizer(text)["input_ids"]) != ids:
            problems.append("different_ids")
            break
    return problems
