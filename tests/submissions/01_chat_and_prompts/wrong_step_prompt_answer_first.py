# misconception: 答えを途中の計算より前に書く
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nAnswer: {example['answer']}\nSteps: {steps}\n\n"
    return prompt + f"Question: {question}\nSteps:"
