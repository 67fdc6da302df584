# misconception: 例を system に書く
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [one for one in examples if one[0].strip() != question.strip()][:k]
    for text, answer in allowed:
        instruction += f"\n{text} -> {answer}"
    return [{"role": "system", "content": instruction}, {"role": "user", "content": question}]
