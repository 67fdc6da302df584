# misconception: 空の passage を除く
# scores: grounded-answer-test=0
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    if not passages or max(scores) < threshold:
        return REFUSAL
    numbered = [f"[{number}] {passage}" for number, passage in enumerate(filter(None, passages), start=1)]
    content = "\n".join([*numbered, "", f"Question: {question}"])
    return ask([{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": content}])
