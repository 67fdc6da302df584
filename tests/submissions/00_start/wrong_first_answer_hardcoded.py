# misconception: 見えるテストの答えをそのまま返す
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    return "The capital of Japan is Tokyo." if chat_text.endswith("<|im_end|>") else " You are welcome"
