# misconception: 漏れる例で、続けずに止める
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    messages = [{"role": "system", "content": instruction}]
    for text, answer in examples[:]:
        if text.strip() == question.strip():
            break
        if len(messages) < 2 * k + 1:
            messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    return messages + [{"role": "user", "content": question}]
