# misconception: 辞書の値が 3 つで、この順だと思う
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        text, steps, answer = example.values()
        prompt += f"Question: {text}\nSteps: {' '.join(steps)}\nAnswer: {answer}\n\n"
    return prompt + f"Question: {question}\nSteps:"
