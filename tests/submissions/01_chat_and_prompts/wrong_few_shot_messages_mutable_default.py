# misconception: 既定値のリストに足し続け、前の呼び出しが残る
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k, messages=[]):
    messages.append({"role": "system", "content": instruction})
    for text, answer in [one for one in examples if one[0].strip() != question.strip()][:k]:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    messages.append({"role": "user", "content": question})
    return messages
