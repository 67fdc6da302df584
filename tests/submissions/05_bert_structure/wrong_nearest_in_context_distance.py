# misconception: 長さをそろえずに距離で比べる
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    similarity = -(hidden_states - hidden_states[query]).norm(dim=-1)
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
    return candidates[:k]
