# misconception: 引数を使わず、自分で読み込んだトークナイザで数える
# scores: token-count-test=0
# %% grade_id="token-count"
def count_tokens(text, tokenizer):
    from transformers import AutoTokenizer

    from llmlab import models

    mine = AutoTokenizer.from_pretrained(models.path("chat"))
    return len(mine(text, add_special_tokens=False)["input_ids"])
