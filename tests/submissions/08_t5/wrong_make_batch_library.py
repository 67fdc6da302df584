# misconception: ライブラリの _shift_right を使う
# scores: make-batch-test=0
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [row if len(row) <= longest else row[: longest - 1] + [end] for row in targets]
    width = max(len(row) for row in rows)
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    config = T5Config(vocab_size=100, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=1, pad_token_id=pad, decoder_start_token_id=start)
    return T5ForConditionalGeneration(config)._shift_right(labels), labels
