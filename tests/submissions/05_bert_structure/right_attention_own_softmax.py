# approach: 最大値を引いてから exp をとり、和で割る
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = (queries[:, :, :, None, :] * keys[:, :, None, :, :]).sum(-1) / math.sqrt(queries.shape[3])
    scores[(attention_mask == 0)[:, None, None, :].expand(scores.shape)] = -math.inf
    scores = scores - scores.max(dim=-1, keepdim=True).values
    weights = scores.exp()
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights.matmul(values), weights
