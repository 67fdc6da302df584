# misconception: 渡された attention_mask を書きかえる
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    attention_mask[query] = 0
    attention_mask[special_mask == 1] = 0
    vectors = hidden_states / hidden_states.norm(dim=-1, keepdim=True)
    similarity = (vectors @ vectors[query]).masked_fill(attention_mask == 0, -torch.inf)
    order = similarity.flatten().argsort(descending=True, stable=True)[:k].tolist()
    return [divmod(i, similarity.shape[1]) for i in order]
