# approach: 補助の関数に分け、list という名前を変数に使う
# %% grade_id="grounded-answer"
INSTRUCTION = (
    "Answer the question from the numbered passages only. After the answer, give the number of the passage "
    "like [1]. If the passages do not say it, answer: The documents do not say."
)
REFUSAL = "The documents do not say."


def messages_of(question, passages):
    list = []
    number = 0
    for passage in passages:
        number += 1
        list.append(f"[{number}] {passage}")
    content = f"{chr(10).join(list)}{chr(10)}{chr(10)}Question: {question}"
    return [{"content": INSTRUCTION, "role": "system"}, {"content": content, "role": "user"}]


def enough(scores, threshold):
    return bool(scores) and not max(scores) < threshold


def grounded_answer(ask, question, passages, scores, threshold):
    return ask(messages_of(question, passages)) if enough(scores, threshold) else REFUSAL


list = "この名前は、もうリストではありません"
