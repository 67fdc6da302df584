# approach: 最後のメッセージの前に差し込む
# %% grade_id="few-shot-messages"
import copy


def few_shot_messages(instruction, examples, question, k):
    rest = copy.deepcopy(examples)
    rest = [e for e in rest if not e[0].strip() == question.strip()]
    messages = [{"role": "system", "content": instruction}, {"role": "user", "content": question}]
    for i in range(min(k, len(rest))):
        messages.insert(-1, {"role": "user", "content": rest[i][0]})
        messages.insert(-1, {"role": "assistant", "content": rest[i][1]})
    return messages
