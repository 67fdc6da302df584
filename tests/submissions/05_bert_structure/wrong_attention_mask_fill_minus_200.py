# misconception: 隠す点数を −200 にする（ほかの点数がもっと小さいと、隠れない）
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
    scores = scores.masked_fill(attention_mask[:, None, None, :] == 0, -200.0)
    weights = torch.softmax(scores, dim=-1)
    return weights @ values, weights
