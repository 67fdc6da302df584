# misconception: 終わりの印を残す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    return chat_text.split("<|im_start|>assistant\n")[-1]
