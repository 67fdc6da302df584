# misconception: 途中の文に番号を付ける
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = " ".join(f"{n}. {s}" for n, s in enumerate(example["steps"], 1))
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
