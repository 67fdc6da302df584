# approach: ひな形に format で入れ、空の行でつなぐ
# %% grade_id="step-prompt"
TEMPLATE = """Question: {text}
Steps: {steps}
Answer: {answer}"""


def step_prompt(examples, question):
    blocks = [
        TEMPLATE.format(text=one["text"], steps=" ".join(one["steps"]), answer=one["answer"]) for one in examples
    ]
    return "\n\n".join(blocks + ["Question: " + question + "\nSteps:"])
