# misconception: 答えの後にピリオドを付ける
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}.\n\n"
    return prompt + f"Question: {question}\nSteps:"
