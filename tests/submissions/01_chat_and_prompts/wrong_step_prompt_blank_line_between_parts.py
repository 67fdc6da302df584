# misconception: 3 行の間にも空の行を入れる
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\n\nSteps: {steps}\n\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
