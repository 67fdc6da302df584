# misconception: 辞書の値を、キーを見ずに順番で取る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        text, steps, answer = list(example.values())[:3]
        prompt += f"Question: {text}\nSteps: {' '.join(steps)}\nAnswer: {answer}\n\n"
    return prompt + f"Question: {question}\nSteps:"
