# approach: 和と個数を足しながら数える
# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    total, number = 0.0, 0
    for text in texts:
        if len(text) == 0:
            continue
        total += len(tokenizer.tokenize(text)) / len(text)
        number += 1
    if number == 0:
        return 0.0
    return total / number
