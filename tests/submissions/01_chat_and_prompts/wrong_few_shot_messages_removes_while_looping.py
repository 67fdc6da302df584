# misconception: 回しながらコピーから消し、続く例をとばす
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = list(examples)
    for example in allowed:
        if example[0].strip() == question.strip():
            allowed.remove(example)
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    return messages + [{"role": "user", "content": question}]
