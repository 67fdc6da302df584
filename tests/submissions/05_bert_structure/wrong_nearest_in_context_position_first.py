# misconception: (位置, 行) の順に返す
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    vectors = hidden_states / hidden_states.norm(dim=-1, keepdim=True)
    similarity = (vectors * vectors[query]).sum(dim=-1)
    candidates = []
    for sentence in range(similarity.shape[0]):
        for position in range(similarity.shape[1]):
            if (sentence, position) == query:
                continue
            if attention_mask[sentence, position] == 0:
                continue
            if special_mask[sentence, position] == 1:
                continue
            candidates.append((sentence, position))
    candidates.sort(key=lambda place: -similarity[place].item())
    return [(p, s) for s, p in candidates[:k]]
