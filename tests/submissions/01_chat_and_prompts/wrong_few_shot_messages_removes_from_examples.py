# misconception: 渡されたリストから例を消す
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    for example in examples[:]:
        if example[0].strip() == question.strip():
            examples.remove(example)
    messages = [{"role": "system", "content": instruction}]
    for text, answer in examples[:k]:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    return messages + [{"role": "user", "content": question}]
