# misconception: 空の文を捨てる
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = " ".join(step for step in example["steps"] if step)
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
