# misconception: 文字列全体で最初の終わりの印を探す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    start = "<|im_start|>assistant\n"
    begin = chat_text.rfind(start) + len(start)
    return chat_text[begin : chat_text.find("<|im_end|>")]
