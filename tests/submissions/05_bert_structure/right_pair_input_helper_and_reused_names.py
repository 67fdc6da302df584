# approach: 補助の関数を作り、list や max という名前を変数に使う
# %% grade_id="pair-input"
def padded(values, filler, length):
    return torch.tensor(values + [filler] * (length - len(values)))


def pair_input(tokenizer, pairs, max_length):
    made = {"input_ids": [], "token_type_ids": [], "attention_mask": []}
    for first, second in pairs:
        a, b = (tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text)) for text in (first, second))
        ids = [tokenizer.cls_token_id, *a, tokenizer.sep_token_id, *b, tokenizer.sep_token_id]
        made["input_ids"].append(padded(ids, tokenizer.pad_token_id, max_length))
        made["token_type_ids"].append(padded([0] * (len(a) + 2) + [1] * (len(b) + 1), 0, max_length))
        made["attention_mask"].append(padded([1] * len(ids), 0, max_length))
    return {name: torch.stack(rows) for name, rows in made.items()}


list = ["the", "cat"]
max = min = sum = 0
dict = input = id = None
words = pairs = "something else"
