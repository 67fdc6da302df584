# approach: 役割の列と中身の列を zip で合わせる
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    kept = list(filter(lambda e: e[0].strip() != question.strip(), examples))[:k]
    contents = [instruction, *(part for pair in kept for part in pair), question]
    roles = ["system"] + ["user", "assistant"] * len(kept) + ["user"]
    return [{"role": r, "content": c} for r, c in zip(roles, contents)]
