# approach: rpartition と partition で切る
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    after = chat_text.rpartition("<|im_start|>assistant\n")[2]
    return after.partition("<|im_end|>")[0]
