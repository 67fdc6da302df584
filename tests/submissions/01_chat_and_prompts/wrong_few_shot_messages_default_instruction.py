# misconception: 指示が空なら、決まった文に置きかえる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [(t, a) for t, a in examples if t.strip() != question.strip()]
    instruction = instruction or "You are a helpful assistant."
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
