# approach: 行のリストを作って改行でつなぐ
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    lines = []
    for example in examples:
        lines.append("Question: " + example["text"])
        lines.append("Steps: " + " ".join(example["steps"]))
        lines.append("Answer: " + example["answer"])
        lines.append("")
    lines += ["Question: " + question, "Steps:"]
    return "\n".join(lines)
