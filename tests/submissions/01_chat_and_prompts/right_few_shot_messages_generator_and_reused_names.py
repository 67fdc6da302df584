# approach: ジェネレーターで書き、list や dict という名前を変数に使う
# %% grade_id="few-shot-messages"
def turns(instruction, examples, question, k):
    yield {"role": "system", "content": instruction}
    for text, answer in examples:
        if k > 0 and text.strip() != question.strip():
            k -= 1
            yield {"role": "user", "content": text}
            yield {"role": "assistant", "content": answer}
    yield {"role": "user", "content": question}


def few_shot_messages(instruction, examples, question, k):
    return [*turns(instruction, examples, question, k)]


list = dict = sum = examples = messages = check = models = random = copy = None
