# misconception: 始まりと終わりの上位 20 個ずつだけを組み合わせる
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    places = allowed.clone()
    places[0] = True
    both = torch.stack([start_logits, end_logits]).masked_fill(~places, float("-inf"))
    begins, ends = both.softmax(dim=1).tolist()
    candidates = [(None, None, begins[0] * ends[0])]
    tops = set(torch.tensor(begins).topk(min(20, len(begins))).indices.tolist())
    stops = set(torch.tensor(ends).topk(min(20, len(ends))).indices.tolist())
    for first in [place for place in tops if allowed[place]]:
        for last in range(first, min(first + max_answer_len, len(ends))):
            if last in stops and allowed[last]:
                candidates.append((first, last, begins[first] * ends[last]))
    return max(candidates, key=lambda entry: entry[2])
