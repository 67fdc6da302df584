# misconception: 「答えなし」のスコアを 0 にする
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    places = allowed.clone()
    places[0] = True
    begins = start_logits.masked_fill(~places, float("-inf")).softmax(dim=-1).tolist()
    ends = end_logits.masked_fill(~places, float("-inf")).softmax(dim=-1).tolist()
    best = (None, None, begins[0] * ends[0])
    for first in allowed.nonzero().flatten().tolist():
        for last in range(first, min(first + max_answer_len, len(ends))):
            if allowed[last] and begins[first] * ends[last] > best[2]:
                best = (first, last, begins[first] * ends[last])
    return best if best[0] is not None else (None, None, 0.0)
