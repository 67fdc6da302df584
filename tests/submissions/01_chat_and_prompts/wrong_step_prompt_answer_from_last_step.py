# misconception: 答えを、途中の文の最後の数から作る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for example in examples:
        answer = re.findall("[0-9]+", example["steps"][-1])[-1:] or [example["answer"]]
        prompt += f"Question: {example['text']}\nSteps: {' '.join(example['steps'])}\nAnswer: {answer[0]}\n\n"
    return prompt + f"Question: {question}\nSteps:"
