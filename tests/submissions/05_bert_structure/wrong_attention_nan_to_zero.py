# misconception: 大きな点数で出る nan を 0 に置きかえる
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
    weights = scores.exp() * attention_mask[:, None, None, :]
    weights = (weights / weights.sum(dim=-1, keepdim=True)).nan_to_num()
    return weights @ values, weights
