# misconception: 重みではなく values をマスクする
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    weights = torch.softmax(scores, dim=-1)
    output = torch.matmul(weights, values * attention_mask[:, None, :, None])
    return output, weights
