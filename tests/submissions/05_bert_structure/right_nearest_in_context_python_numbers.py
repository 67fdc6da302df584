# approach: リストと math だけで計算し、(−類似度, 文, 位置) で並べる
# %% grade_id="nearest-in-context"
def nearest_in_context(hidden_states, attention_mask, special_mask, query, k):
    def dot(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    vectors = hidden_states.tolist()
    target = vectors[query[0]][query[1]]
    rows = []
    for s, sentence in enumerate(vectors):
        for p, vector in enumerate(sentence):
            if attention_mask[s, p] and not special_mask[s, p] and (s, p) != query:
                cosine = dot(vector, target) / (
                    math.sqrt(dot(vector, vector)) * math.sqrt(dot(target, target))
                )
                rows.append((-cosine, s, p))
    return [(s, p) for _, s, p in sorted(rows)[:k]]
