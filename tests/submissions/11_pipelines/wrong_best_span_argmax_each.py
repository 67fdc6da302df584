# misconception: 始まりと終わりを別々に選ぶ
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    keep = allowed.clone()
    keep[0] = True
    p = start_logits.masked_fill(~keep, -torch.inf).softmax(-1)
    q = end_logits.masked_fill(~keep, -torch.inf).softmax(-1)
    first, last = int(p.argmax()), int(q.argmax())
    if first == 0 or last == 0:
        return None, None, float(p[0] * q[0])
    return first, last, float(p[first] * q[last])
