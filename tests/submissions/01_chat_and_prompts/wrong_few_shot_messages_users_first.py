# misconception: user を全部並べてから、assistant を並べる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [one for one in examples if one[0].strip() != question.strip()][:k]
    messages = [{"role": "system", "content": instruction}]
    messages += [{"role": "user", "content": text} for text, _ in allowed]
    messages += [{"role": "assistant", "content": answer} for _, answer in allowed]
    return messages + [{"role": "user", "content": question}]
