# misconception: 例がないとき、先頭に空の行が残る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    blocks = [f"Question: {e['text']}\nSteps: {' '.join(e['steps'])}\nAnswer: {e['answer']}" for e in examples]
    return "\n\n".join(blocks) + f"\n\nQuestion: {question}\nSteps:"
