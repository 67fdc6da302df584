# approach: 並べかえて、いちばん大きいものを調べる
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    if not scores or sorted(scores)[-1] < threshold:
        return REFUSAL
    template = "{passages}\n\nQuestion: {question}"
    passages = "\n".join("[{}] {}".format(number, passage) for number, passage in enumerate(passages, 1))
    content = template.format(passages=passages, question=question)
    return ask([{"role": role, "content": text} for role, text in (("system", INSTRUCTION), ("user", content))])
