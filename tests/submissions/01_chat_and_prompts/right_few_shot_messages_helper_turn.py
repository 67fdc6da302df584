# approach: 1 つの発言を作る関数を先に書き、数えながら足す
# %% grade_id="few-shot-messages"
def turn(role, content):
    return dict(role=role, content=content)


def few_shot_messages(instruction, examples, question, k):
    talk = [turn("system", instruction)]
    used = 0
    for text, answer in examples:
        if used >= k:
            break
        if text.strip() == question.strip():
            continue
        talk += [turn("user", text), turn("assistant", answer)]
        used += 1
    return [*talk, turn("user", question)]
