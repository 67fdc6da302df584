# approach: 再帰で書く
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    if not examples:
        return "Question: " + question + "\nSteps:"
    first, *rest = examples
    return (step_prompt([], first["text"]) + "".join(" " + s for s in first["steps"])
            + "\nAnswer: " + first["answer"] + "\n\n" + step_prompt(rest, question))
