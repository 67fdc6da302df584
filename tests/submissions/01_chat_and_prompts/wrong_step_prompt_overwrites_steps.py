# misconception: 辞書の steps をつないだ文字列に書きかえる
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for e in examples:
        e["steps"] = " ".join(e["steps"])
        prompt += f"Question: {e['text']}\nSteps: {e['steps']}\nAnswer: {e['answer']}\n\n"
    return prompt + f"Question: {question}\nSteps:"
