# misconception: 終わりが始まりより前の組も候補にする
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    places = allowed.clone()
    places[0] = True
    both = torch.stack([start_logits, end_logits]).masked_fill(~places, float("-inf"))
    begins, ends = both.softmax(dim=1).tolist()
    candidates = [(None, None, begins[0] * ends[0])]
    for first in allowed.nonzero().flatten().tolist():
        for last in range(max(0, first - max_answer_len + 1), min(first + max_answer_len, len(ends))):
            if allowed[last]:
                candidates.append((first, last, begins[first] * ends[last]))
    return max(candidates, key=lambda entry: entry[2])
