# misconception: 辞書から取り出すときに pop で消す
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for e in examples:
        steps = " ".join(e.pop("steps"))
        prompt += f"Question: {e['text']}\nSteps: {steps}\nAnswer: {e['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
