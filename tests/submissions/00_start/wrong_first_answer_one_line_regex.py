# misconception: 正規表現の . が改行に合わないことを忘れる
# scores: first-answer-test=0
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    import re

    found = re.findall(r"<\|im_start\|>assistant\n(.*)", chat_text)
    return found[-1].split("<|im_end|>")[0]
