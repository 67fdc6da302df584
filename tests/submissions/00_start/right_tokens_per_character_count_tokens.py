# approach: 問 1 の count_tokens と statistics.fmean を使う
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    return len(tokenizer.tokenize(text))


# %% grade_id="tokens-per-character"
def tokens_per_character(texts, tokenizer):
    from statistics import fmean

    shares = [count_tokens(text, tokenizer) / len(text) for text in texts if text]
    return fmean(shares) if shares else 0.0
