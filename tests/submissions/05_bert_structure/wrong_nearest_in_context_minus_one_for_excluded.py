# misconception: 候補でない所を −1 にする（向きが逆の候補と並ぶ）
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    vectors = hidden_states / hidden_states.norm(dim=-1, keepdim=True)
    similarity = vectors @ vectors[query]
    excluded = (attention_mask == 0) | (special_mask == 1)
    similarity[excluded] = -1.0
    similarity[query] = -1.0
    order = similarity.flatten().argsort(descending=True, stable=True)[:k].tolist()
    return [divmod(i, similarity.shape[1]) for i in order]
