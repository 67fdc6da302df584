# misconception: 三重引用符の字下げが残る
# scores: step-prompt-test=0
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    prompt = ""
    for e in examples:
        prompt += f"""Question: {e["text"]}
        Steps: {" ".join(e["steps"])}
        Answer: {e["answer"]}

"""
    return prompt + f"Question: {question}\nSteps:"
