# approach: 大きな負の数を点数に足す
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    head_dim = queries.shape[-1]
    scores = (queries / head_dim**0.5) @ keys.transpose(2, 3)
    bias = (1.0 - attention_mask[:, None, None, :].to(scores.dtype)) * torch.finfo(scores.dtype).min
    weights = torch.nn.functional.softmax(scores + bias, dim=3)
    return weights @ values, weights
