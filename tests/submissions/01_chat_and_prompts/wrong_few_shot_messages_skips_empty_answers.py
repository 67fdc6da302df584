# misconception: 答えが空の例を捨てる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [(t, a) for t, a in examples if a and t.strip() != question.strip()]
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
