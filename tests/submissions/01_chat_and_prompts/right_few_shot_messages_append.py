# approach: 順に append し、数えながら途中で止める
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    messages = [dict(role="system", content=instruction)]
    used = 0
    for text, answer in examples:
        if used == k:
            break
        if text.strip() == question.strip():
            continue
        messages.append(dict(role="user", content=text))
        messages.append(dict(role="assistant", content=answer))
        used += 1
    messages.append(dict(role="user", content=question))
    return messages
