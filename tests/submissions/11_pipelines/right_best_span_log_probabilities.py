# approach: 対数確率の和で比べ、最後に exp で戻す
# %% grade_id="best-span"
import math


def best_span(start_logits, end_logits, allowed, max_answer_len):
    inside = [place for place in range(len(allowed)) if allowed[place]]
    used = [0, *inside]

    def logs(logits):
        values = logits.double().log_softmax(0) if False else logits.double()
        return (values - torch.logsumexp(values[used], 0)).tolist()

    start, end = logs(start_logits), logs(end_logits)
    candidates = [(start[0] + end[0], None, None)]
    for last in inside:
        for length in range(1, max_answer_len + 1):
            if last - length + 1 in inside:
                candidates.append((start[last - length + 1] + end[last], last - length + 1, last))
    score, first, last = max(candidates, key=lambda one: one[0])
    return first, last, math.exp(score)
