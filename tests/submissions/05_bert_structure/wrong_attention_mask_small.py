# misconception: 隠す点数から 10 だけ引く
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    scores = scores - 10.0 * (1 - mask)
    weights = torch.softmax(scores, dim=-1)
    output = torch.matmul(weights, values)
    return output, weights
