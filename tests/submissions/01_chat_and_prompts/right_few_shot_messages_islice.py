# approach: filter と islice を使い、補助の関数を作る
# %% grade_id="few-shot-messages"
from itertools import islice


def message(role, content):
    return {"content": content, "role": role}


def few_shot_messages(instruction, examples, question, k):
    safe = filter(lambda pair: pair[0].strip() != question.strip(), examples)
    middle = []
    for text, answer in islice(safe, k):
        middle += [message("user", text), message("assistant", answer)]
    return [message("system", instruction), *middle, message("user", question)]
