# misconception: 例どうしの間にだけ空の行を入れ、問題の前に入れない
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    blocks = [f"Question: {e['text']}\nSteps: {' '.join(e['steps'])}\nAnswer: {e['answer']}\n" for e in examples]
    return "\n".join(blocks) + f"Question: {question}\nSteps:"
