# misconception: assistant という語だけで切る
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = chat_text.split("assistant\n")[-1]
    return answer.split("<|im_end|>")[0]
