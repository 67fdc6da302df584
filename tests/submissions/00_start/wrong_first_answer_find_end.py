# misconception: 終わりの印がないときの find の -1 を忘れ、最後の一文字を落とす
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    start = "<|im_start|>assistant\n"
    begin = chat_text.rfind(start) + len(start)
    return chat_text[begin : chat_text.find("<|im_end|>", begin)]
