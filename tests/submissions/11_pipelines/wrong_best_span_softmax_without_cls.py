# misconception: softmax の分母に [CLS] を入れない
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    if not allowed.any():
        return None, None, 1.0
    p = start_logits.masked_fill(~allowed, -torch.inf).softmax(-1).tolist()
    q = end_logits.masked_fill(~allowed, -torch.inf).softmax(-1).tolist()
    best = (None, None, float(start_logits.softmax(-1)[0] * end_logits.softmax(-1)[0]))
    for first in allowed.nonzero().flatten().tolist():
        for last in range(first, min(first + max_answer_len, len(q))):
            if p[first] * q[last] > best[2]:
                best = (first, last, p[first] * q[last])
    return best
