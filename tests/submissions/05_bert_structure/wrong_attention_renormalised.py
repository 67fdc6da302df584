# misconception: softmax のあとでパディングを 0 にして割り直し、パディングの点数が大きいと nan になる
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
    weights = scores.softmax(dim=-1) * attention_mask[:, None, None, :]
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ values, weights
