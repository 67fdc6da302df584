# misconception: system を作らず、指示を質問の前に付ける
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [(text, answer) for text, answer in examples if text.strip() != question.strip()]
    messages = []
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": f"{instruction}\n{question}"})
    return messages
