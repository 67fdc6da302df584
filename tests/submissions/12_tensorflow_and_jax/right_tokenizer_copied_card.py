# approach: card の写しを変えながら調べる
# %% grade_id="tokenizer"
import copy


def tokenizer_problems(tokenizer, card):
    card = copy.deepcopy(card)
    report = set()
    for word, number in tokenizer.get_vocab().items():
        try:
            if card["vocabulary"][number] != word:
                report.add("different_words")
        except IndexError:
            report.add("out_of_range")
    while card["special_tokens"]:
        name, number = card["special_tokens"].popitem()
        if getattr(tokenizer, name) != number:
            report.add("special_tokens")
    every = []
    for text, ids in card["examples"]:
        every.extend(tokenizer(text, add_special_tokens=False)["input_ids"])
        if tokenizer(text)["input_ids"] != ids:
            report.add("different_ids")
    if every.count(tokenizer.unk_token_id) / max(len(every), 1) > card["unknown_share"]:
        report.add("unknown_words")
    order = ("out_of_range", "special_tokens", "different_words", "unknown_words", "different_ids")
    return sorted(report, key=order.index)
