# approach: rfind と find で位置を調べる
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    start = "<|im_start|>assistant\n"
    begin = chat_text.rfind(start) + len(start)
    end = chat_text.find("<|im_end|>", begin)
    if end == -1:
        end = len(chat_text)
    return chat_text[begin:end]
