# approach: 内包表記で平らにする
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    key = question.strip()
    pairs = [(t, a) for t, a in examples if t.strip() != key][:k]
    turns = [("system", instruction)]
    turns += [turn for t, a in pairs for turn in (("user", t), ("assistant", a))]
    turns += [("user", question)]
    return [{"role": role, "content": content} for role, content in turns]
