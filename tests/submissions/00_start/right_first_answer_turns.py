# approach: 発言に分けて、最後の assistant の発言を選ぶ
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    answer = ""
    for turn in chat_text.split("<|im_start|>"):
        role, _, body = turn.partition("\n")
        if role == "assistant":
            answer = body.split("<|im_end|>")[0]
    return answer
