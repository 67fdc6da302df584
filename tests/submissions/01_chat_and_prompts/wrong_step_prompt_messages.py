# misconception: 文字列でなくメッセージのリストを返す
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = ' '.join(example['steps'])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return [{"role": "user", "content": prompt + f"Question: {question}\nSteps:"}]
