# misconception: assistant の後ろの改行を残す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = chat_text.split("<|im_start|>assistant")[-1]
    return answer.split("<|im_end|>")[0]
