# approach: 正規表現で最後の答えを探す
# %% grade_id="first-answer"
def assistant_answer(chat_text):
    import re

    found = re.findall(r"<\|im_start\|>assistant\n(.*?)(?=<\|im_end\|>|\Z)", chat_text, flags=re.DOTALL)
    return found[-1]
