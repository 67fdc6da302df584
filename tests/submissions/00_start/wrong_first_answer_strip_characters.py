# misconception: strip に語を渡すと、その語が消えると思う
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = chat_text.split("<|im_start|>assistant\n")[-1]
    end = "<|im_end|>"
    return answer.rstrip(end)
