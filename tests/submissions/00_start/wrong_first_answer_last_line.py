# misconception: 最後の行を答えと思う
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    return chat_text.split("\n")[-1].replace("<|im_end|>", "")
