# approach: 外積と三角の切り抜きで、全部の組を一度に比べる
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    inside = allowed.nonzero().flatten()
    places = torch.cat([torch.zeros(1, dtype=torch.long), inside])
    begins = start_logits[places].softmax(0)
    ends = end_logits[places].softmax(0)
    nothing = float(begins[0] * ends[0])
    if len(inside) == 0:
        return None, None, nothing
    pairs = torch.outer(begins[1:], ends[1:]).triu().tril(max_answer_len - 1)
    score, where = pairs.flatten().max(0)
    first, last = divmod(int(where), len(inside))
    if nothing > score:
        return None, None, nothing
    return int(inside[first]), int(inside[last]), float(score)
