# misconception: 文字列にしてから join し、文字の間に空白が入る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        steps = " ".join("".join(example["steps"]))
        prompt += f"Question: {example['text']}\nSteps: {steps}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
