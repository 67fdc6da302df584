# misconception: stable=True のない argsort を使う（等しい値の順番が決まらない）
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    vectors = hidden_states / hidden_states.norm(dim=-1, keepdim=True)
    similarity = (vectors @ vectors[query]).masked_fill((attention_mask == 0) | (special_mask == 1), -2.0)
    similarity[query] = -2.0
    order = similarity.flatten().argsort(descending=True)[:k].tolist()
    return [divmod(i, similarity.shape[1]) for i in order]
