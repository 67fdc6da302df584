# misconception: (重み, 出力) の順に返す
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    scores = scores.masked_fill(mask == 0, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    output = torch.matmul(weights, values)
    return weights, output
