# approach: 再帰で書く
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    last = [{"role": "user", "content": question}]
    if k == 0 or not examples:
        return [{"role": "system", "content": instruction}] + last
    (text, answer), rest = examples[0], examples[1:]
    if text.strip() == question.strip():
        return few_shot_messages(instruction, rest, question, k)
    more = few_shot_messages(instruction, rest, question, k - 1)
    more[1:1] = [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    return more
