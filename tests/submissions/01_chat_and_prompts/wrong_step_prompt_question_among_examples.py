# misconception: 問題と同じ例を、課題 1 のように除く
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        if example["text"].strip() != question.strip():
            prompt += f"Question: {example['text']}\nSteps: {' '.join(example['steps'])}\nAnswer: {example['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
