# misconception: Q: と A: で書く
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Q: {example['text']}\nSteps: {steps}\nA: {example['answer']}\n\n"
    return prompt + f"Q: {question}\nSteps:"
