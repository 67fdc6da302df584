# misconception: はじめに指示の行を付ける
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = "Solve the problems step by step.\n\n"
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
