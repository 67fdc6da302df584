# misconception: 組のスコア全体で softmax を計算する
# scores: best-span-test=0
# %% grade_id="best-span"
def best_span(start_logits, end_logits, allowed, max_answer_len):
    spans = [(None, None)]
    sums = [float(start_logits[0] + end_logits[0])]
    for first in allowed.nonzero().flatten().tolist():
        for last in range(first, min(first + max_answer_len, len(allowed))):
            if allowed[last]:
                spans.append((first, last))
                sums.append(float(start_logits[first] + end_logits[last]))
    shares = torch.tensor(sums, dtype=torch.double).softmax(0)
    best = int(shares.argmax())
    return (*spans[best], float(shares[best]))
