# misconception: 終わりの印がないと index が失敗する
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    start = "<|im_start|>assistant\n"
    begin = chat_text.rindex(start) + len(start)
    return chat_text[begin : chat_text.index("<|im_end|>", begin)]
