# approach: softmax のあとでパディングを 0 にし、和が 1 になるよう割り直す
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
    weights = scores.softmax(dim=-1) * attention_mask[:, None, None, :]
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ values, weights
