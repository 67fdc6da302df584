# approach: 文字列を足していく
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    if len(passages) == 0:
        return REFUSAL
    if max(scores) < threshold:
        return REFUSAL
    prompt = ""
    for i in range(len(passages)):
        prompt += "[" + str(i + 1) + "] " + passages[i] + "\n"
    prompt += "\nQuestion: " + question
    messages = []
    messages.append({"role": "system", "content": INSTRUCTION})
    messages.append({"role": "user", "content": prompt})
    return ask(messages)
