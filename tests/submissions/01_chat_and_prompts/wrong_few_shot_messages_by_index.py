# misconception: index で番号を数え、同じ例が 2 つあると数えまちがえる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    messages = [{"role": "system", "content": instruction}]
    allowed = [e for e in examples if e[0].strip() != question.strip()]
    for e in allowed:
        if allowed.index(e) < k:
            messages += [{"role": "user", "content": e[0]}, {"role": "assistant", "content": e[1]}]
    messages.append({"role": "user", "content": question})
    return messages
