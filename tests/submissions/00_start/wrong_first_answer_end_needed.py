# misconception: 終わりの印が必ずあると思い、末尾の文字数を切る
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = chat_text.split("<|im_start|>assistant\n")[-1]
    return answer[: -len("<|im_end|>")]
