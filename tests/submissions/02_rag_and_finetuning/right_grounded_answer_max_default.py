# approach: max の default に負の無限大を使う
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def grounded_answer(ask, question, passages, scores, threshold):
    best = max(scores, default=float("-inf"))
    if best >= threshold:
        parts = [f"[{n}] {p}" for n, p in zip(range(1, len(passages) + 1), passages)]
        parts.append(f"\nQuestion: {question}")
        return ask(messages=[{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": "\n".join(parts)}])
    return REFUSAL
