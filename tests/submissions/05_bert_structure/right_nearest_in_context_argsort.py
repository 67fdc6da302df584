# approach: 候補でない所を −∞ にし、安定な argsort を使う
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    lengths = torch.linalg.vector_norm(hidden_states, dim=-1)
    similarity = hidden_states @ hidden_states[query] / (lengths * lengths[query])
    similarity[(attention_mask == 0) | (special_mask == 1)] = -torch.inf
    similarity[query] = -torch.inf
    order = torch.argsort(similarity.flatten(), descending=True, stable=True)[:k]
    length = similarity.shape[1]
    return [(int(i) // length, int(i) % length) for i in order]
