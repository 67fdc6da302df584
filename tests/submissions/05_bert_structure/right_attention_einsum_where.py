# approach: einsum と torch.where で書く
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    scores = torch.einsum("bhqd,bhkd->bhqk", queries, keys) * queries.shape[-1] ** -0.5
    keep = (attention_mask > 0).unsqueeze(1).unsqueeze(1).expand_as(scores)
    scores = torch.where(keep, scores, torch.tensor(-torch.inf))
    weights = scores.softmax(-1)
    return torch.einsum("bhqk,bhkd->bhqd", weights, values), weights
