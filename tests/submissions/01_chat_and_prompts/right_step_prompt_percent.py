# approach: 補助の関数と % で書く
# %% grade_id="step-prompt"
def block(example):
    steps = example["steps"][0]
    for step in example["steps"][1:]:
        steps = steps + " " + step
    return "Question: %s\nSteps: %s\nAnswer: %s\n\n" % (example["text"], steps, example["answer"])


def step_prompt(examples, question):
    return "".join(map(block, examples)) + "Question: %s\nSteps:" % question
