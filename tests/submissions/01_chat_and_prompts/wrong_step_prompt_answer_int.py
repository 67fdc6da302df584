# misconception: 答えを整数に変える
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {int(example['answer'])}\n\n"
    return prompt + f"Question: {question}\nSteps:"
