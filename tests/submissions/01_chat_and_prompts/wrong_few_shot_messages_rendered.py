# misconception: テンプレートで文字列にして返す
# scores: few-shot-messages-test=0
# %% grade_id="few-shot-messages"
from transformers import AutoTokenizer

from llmlab import models


def few_shot_messages(instruction, examples, question, k):
    allowed = [(text, answer) for text, answer in examples if text.strip() != question.strip()]
    messages = [{"role": "system", "content": instruction}]
    for text, answer in allowed[:k]:
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return AutoTokenizer.from_pretrained(models.path("chat")).apply_chat_template(messages, tokenize=False)
