# misconception: 例を辞書に直し、同じ文の例が 1 つになる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [(t, a) for t, a in dict(examples).items() if t.strip() != question.strip()]
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
