# misconception: softmax のあとでマスクをかけ、和を 1 に戻さない
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
    mask = attention_mask[:, None, None, :]
    weights = torch.softmax(scores, dim=-1) * mask
    output = torch.matmul(weights, values)
    return output, weights
