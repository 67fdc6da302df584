# approach: 終わりを一つずつ進め、届く範囲でいちばん高い始まりと組む
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    keep = allowed.clone()
    keep[0] = True
    p = torch.where(keep, start_logits, torch.tensor(-torch.inf)).softmax(0)
    q = torch.where(keep, end_logits, torch.tensor(-torch.inf)).softmax(0)
    p[~keep] = q[~keep] = 0
    best = None, None, (p[0] * q[0]).item()
    p[0] = 0
    for last in allowed.nonzero()[:, 0].tolist():
        left = max(last - max_answer_len + 1, 1)
        first = left + int(p[left : last + 1].argmax())
        score = (p[first] * q[last]).item()
        if score > best[2]:
            best = first, last, score
    return best
