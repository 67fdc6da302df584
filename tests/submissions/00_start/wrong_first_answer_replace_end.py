# misconception: 終わりの印をすべて消すだけで、後ろの発言を捨てない
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    return chat_text.split("<|im_start|>assistant\n")[-1].replace("<|im_end|>", "")
