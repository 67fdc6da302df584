# approach: numpy の配列に直して比べる
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    scores = np.array(scores, dtype=float)
    if scores.size == 0 or scores.max() < threshold:
        return REFUSAL
    content = ""
    for number, passage in enumerate(passages):
        content += f"[{number + 1}] {passage}\n"
    content = f"{content}\nQuestion: {question}"
    reply = ask([{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": content}])
    return reply
