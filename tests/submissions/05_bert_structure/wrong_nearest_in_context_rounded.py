# misconception: 類似度を小数第 2 位に丸めてから並べる
# scores: nearest-in-context-test=0
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    directions = hidden_states / hidden_states.norm(dim=-1, keepdim=True)
    similarity = directions @ directions[query]
    allowed = (attention_mask == 1) & (special_mask == 0)
    places = [tuple(place) for place in allowed.nonzero().tolist() if tuple(place) != query]
    return sorted(places, key=lambda place: -round(similarity[place].item(), 2))[:k]
