# misconception: いちばん高い始まりを決めてから、その後ろの終わりを選ぶ
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    keep = allowed.clone()
    keep[0] = True
    p = start_logits.masked_fill(~keep, -torch.inf).softmax(-1)
    q = end_logits.masked_fill(~keep, -torch.inf).softmax(-1)
    best = (None, None, float(p[0] * q[0]))
    if not allowed.any():
        return best
    first = int(p.masked_fill(~allowed, -1).argmax())
    ends = q.masked_fill(~allowed, -1)
    last = first + int(ends[first : first + max_answer_len].argmax())
    score = float(p[first] * q[last])
    return (first, last, score) if score > best[2] else best
