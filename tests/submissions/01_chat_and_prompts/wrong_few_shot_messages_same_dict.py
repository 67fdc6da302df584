# misconception: 1 つの辞書を使い回し、全部が最後の中身になる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    message = {}
    messages = []
    turns = [("system", instruction)]
    for text, answer in [one for one in examples if one[0].strip() != question.strip()][:k]:
        turns += [("user", text), ("assistant", answer)]
    for role, content in [*turns, ("user", question)]:
        message["role"] = role
        message["content"] = content
        messages.append(message)
    return messages
