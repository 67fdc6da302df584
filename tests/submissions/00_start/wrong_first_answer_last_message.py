# misconception: 最後の答えではなく、最後の発言を取り出す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    message = chat_text.split("<|im_start|>")[-1]
    return message.split("\n", 1)[1].split("<|im_end|>")[0]
