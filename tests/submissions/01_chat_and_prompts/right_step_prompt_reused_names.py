# approach: 再帰で書き、list や dict という名前を変数に使う
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    if not examples:
        return f"Question: {question}\nSteps:"
    first, *rest = examples
    text, steps, answer = (first[key] for key in ("text", "steps", "answer"))
    return f"Question: {text}\nSteps: {' '.join(steps)}\nAnswer: {answer}\n\n{step_prompt(rest, question)}"


list = dict = max = sum = lines = prompt = examples = random = problems = None
