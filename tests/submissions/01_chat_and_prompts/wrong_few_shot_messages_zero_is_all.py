# misconception: k が 0 のときを「全部」と読む
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [(text, answer) for text, answer in examples if text.strip() != question.strip()]
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[: k or None]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
