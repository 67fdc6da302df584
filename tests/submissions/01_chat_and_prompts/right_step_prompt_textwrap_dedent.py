# approach: textwrap.dedent の型に format で入れる
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    import textwrap

    form = textwrap.dedent("""\
        Question: {text}
        Steps: {steps}
        Answer: {answer}

        """)
    blocks = [form.format(**{**e, "steps": " ".join(e["steps"])}) for e in examples]
    return "".join(blocks) + f"Question: {question}\nSteps:"
