# misconception: 例の後に空の行を 2 つ入れる
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n\n"
    return prompt + f"Question: {question}\nSteps:"
