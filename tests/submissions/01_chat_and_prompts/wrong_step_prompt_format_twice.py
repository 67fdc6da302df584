# misconception: できた文字列にもう一度 format をかける
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for e in examples:
        prompt += f"Question: {e['text']}\nSteps: {' '.join(e['steps'])}\nAnswer: {e['answer']}\n\n"
    return (prompt + "Question: {question}\nSteps:").replace("{question}", question).format(x="", b="")
