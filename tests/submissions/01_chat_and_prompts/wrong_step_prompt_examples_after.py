# misconception: 問題を例の前に置く
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = f"Question: {question}\n"
    for one in examples:
        prompt += f"Question: {one['text']}\nSteps: {' '.join(one['steps'])}\nAnswer: {one['answer']}\n\n"
    return prompt + "Steps:"
