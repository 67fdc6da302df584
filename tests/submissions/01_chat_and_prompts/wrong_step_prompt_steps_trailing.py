# misconception: 文ごとに空白を足し、行の終わりに空白が残る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = "".join(s + " " for s in example["steps"])
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
