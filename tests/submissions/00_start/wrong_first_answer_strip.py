# misconception: 前後の空白と改行を消す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = chat_text.split("<|im_start|>assistant\n")[-1]
    return answer.split("<|im_end|>")[0].strip()
