# misconception: 終わりの印で切った最後から二つ目を選ぶ
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    pieces = chat_text.split("<|im_end|>")
    piece = pieces[-2] if chat_text.endswith("<|im_end|>") else pieces[-1]
    return piece.split("<|im_start|>assistant\n")[-1]
