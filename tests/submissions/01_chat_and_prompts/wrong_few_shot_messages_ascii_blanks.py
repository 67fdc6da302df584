# misconception: 全角の空白を除かずに比べる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    b = " \t\r\n"
    allowed = [(t, a) for t, a in examples if t.strip(b) != question.strip(b)]
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
