# misconception: 最後の終わりの印までを答えにする
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    start = "<|im_start|>assistant\n"
    begin = chat_text.rfind(start) + len(start)
    end = chat_text.rfind("<|im_end|>")
    return chat_text[begin:end] if end > begin else chat_text[begin:]
