# misconception: exp の割り算で softmax を書き、大きな点数で nan になる
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    scores = scores.masked_fill(mask == 0, float("-inf"))
    weights = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)
    output = torch.matmul(weights, values)
    return output, weights
