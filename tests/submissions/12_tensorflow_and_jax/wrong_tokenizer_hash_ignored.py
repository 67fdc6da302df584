# misconception: ## を除いて単語を比べる
# scores: tokenizer-test=0
# %% grade_id="tokenizer"
def tokenizer_problems(tokenizer, card):
    words, numbers, found = card["vocabulary"], tokenizer.get_vocab(), []
    if max(numbers.values()) >= len(words):
        found.append("out_of_range")
    if any(getattr(tokenizer, name) != number for name, number in card["special_tokens"].items()):
        found.append("special_tokens")
    if any(number < len(words) and words[number].lstrip("#") != word.lstrip("#") for word, number in numbers.items()):
        found.append("different_words")
    ids = [one for text, _ in card["examples"] for one in tokenizer(text, add_special_tokens=False)["input_ids"]]
    if ids.count(tokenizer.unk_token_id) / len(ids) > card["unknown_share"]:
        found.append("unknown_words")
    if any(tokenizer(text)["input_ids"] != ids for text, ids in card["examples"]):
        found.append("different_ids")
    return found
