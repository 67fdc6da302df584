# misconception: 除いた例も k に数える
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    messages = [{"role": "system", "content": instruction}]
    for number, (text, answer) in enumerate(examples):
        if number < k and text.strip() != question.strip():
            messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    return messages + [{"role": "user", "content": question}]
