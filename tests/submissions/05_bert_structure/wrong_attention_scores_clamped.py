# misconception: nan を避けるために、点数を切りつめる
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = (queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])).clamp(-80, 80)
    weights = scores.exp() * attention_mask[:, None, None, :]
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights @ values, weights
