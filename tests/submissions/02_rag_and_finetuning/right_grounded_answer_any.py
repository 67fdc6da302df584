# approach: any で、届くものがあるかを調べる
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    if any(score >= threshold for score in scores):
        lines = ["[%d] %s" % pair for pair in enumerate(passages, 1)]
        user = "\n".join(lines) + "\n\nQuestion: " + question
        return ask([dict(role="system", content=INSTRUCTION), dict(role="user", content=user)])
    return REFUSAL
