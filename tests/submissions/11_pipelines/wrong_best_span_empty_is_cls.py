# misconception: 「答えなし」を (0, 0, score) で返す
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    places = allowed.clone()
    places[0] = True
    both = torch.stack([start_logits, end_logits]).masked_fill(~places, float("-inf"))
    begins, ends = both.softmax(dim=1).tolist()
    candidates = [(0, 0, begins[0] * ends[0])]
    for first in allowed.nonzero().flatten().tolist():
        for last in range(first, min(first + max_answer_len, len(ends))):
            if allowed[last]:
                candidates.append((first, last, begins[first] * ends[last]))
    return max(candidates, key=lambda entry: entry[2])
