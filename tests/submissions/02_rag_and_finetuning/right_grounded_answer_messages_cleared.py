# approach: メッセージのリストを使い回し、聞いた後に空にする
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."
messages = []


def grounded_answer(ask, question, passages, scores, threshold):
    if not passages or max(scores) < threshold:
        return REFUSAL
    messages.append({"role": "system", "content": INSTRUCTION})
    body = "\n".join(f"[{number}] {passage}" for number, passage in enumerate(passages, 1))
    messages.append({"role": "user", "content": f"{body}\n\nQuestion: {question}"})
    reply = ask(messages)
    messages.clear()
    return reply
