# misconception: 例を 1 つの user メッセージにまとめる
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
def few_shot_messages(instruction, examples, question, k):
    allowed = [one for one in examples if one[0].strip() != question.strip()][:k]
    shown = "".join(f"Input: {text}\nOutput: {answer}\n\n" for text, answer in allowed)
    return [{"role": "system", "content": instruction}, {"role": "user", "content": shown + question}]
