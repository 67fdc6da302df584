# approach: string.Template の型に入れる
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    from string import Template

    form = Template("Question: $text\nSteps: $steps\nAnswer: $answer")
    blocks = [form.substitute(dict(e, steps=" ".join(e["steps"]))) for e in examples]
    return "\n\n".join([*blocks, "Question: " + question + "\nSteps:"])
