# misconception: 関数の外の文字列に足していき、前の呼び出しの例が残る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
PROMPT = ""


def step_prompt(examples, question):
    global PROMPT
    for example in examples:
        PROMPT += f"Question: {example['text']}\nSteps: {' '.join(example['steps'])}\nAnswer: {example['answer']}\n\n"
    return PROMPT + f"Question: {question}\nSteps:"
