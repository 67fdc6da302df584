# misconception: examples に新しい問題を足してしまう
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    examples.append({"text": question, "steps": [""], "answer": ""})
    blocks = [f"Question: {e['text']}\nSteps: {' '.join(e['steps'])}\nAnswer: {e['answer']}" for e in examples]
    return "\n\n".join(blocks)[: -len(" \nAnswer: ")]
