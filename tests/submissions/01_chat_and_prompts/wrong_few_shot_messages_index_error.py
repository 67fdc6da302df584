# misconception: 例が k 個より少ないときを考えない
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [one for one in examples if one[0].strip() != question.strip()]
    messages = [{"role": "system", "content": instruction}]
    for i in range(k):
        messages.append({"role": "user", "content": allowed[i][0]})
        messages.append({"role": "assistant", "content": allowed[i][1]})
    return messages + [{"role": "user", "content": question}]
