# misconception: softmax を忘れ、点数を重みにする
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    scores = scores.masked_fill(mask == 0, 0)
    weights = scores
    output = torch.matmul(weights, values)
    return output, weights
