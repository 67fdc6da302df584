# misconception: max_answer_len を、last - first の上限にする
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    places = allowed.clone()
    places[0] = True
    both = torch.stack([start_logits, end_logits]).masked_fill(~places, float("-inf"))
    begins, ends = both.softmax(dim=1).tolist()
    candidates = [(None, None, begins[0] * ends[0])]
    for first in allowed.nonzero().flatten().tolist():
        for last in range(first, min(first + max_answer_len + 1, len(ends))):
            if allowed[last]:
                candidates.append((first, last, begins[first] * ends[last]))
    return max(candidates, key=lambda entry: entry[2])
