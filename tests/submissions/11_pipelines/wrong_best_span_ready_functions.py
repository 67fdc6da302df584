# misconception: llmlab.question_answering の関数を使う
# scores: best-span-test=0
# %% grade_id="best-span"
from llmlab.question_answering import best_spans, probabilities


def best_span(start_logits, end_logits, allowed, max_answer_len):
    begins, no_begin = probabilities(start_logits, allowed, 0)
    ends, no_end = probabilities(end_logits, allowed, 0)
    nothing = no_begin * no_end
    if not allowed.any():
        return None, None, nothing
    score, first, last = best_spans(begins, ends, 1, max_answer_len)[0]
    left = int(allowed.nonzero()[0])
    return (first + left, last + left, score) if score > nothing else (None, None, nothing)
