# approach: PyTorch のテンソルで受け取り、NumPy に変える
# %% grade_id="encode"
import torch


def encode_for_keras(texts, tokenizer, sequence_length):
    parts = [
        tokenizer(
            *((text,) if isinstance(text, str) else text), return_tensors="pt", padding="max_length",
            max_length=sequence_length, truncation=True, padding_side="right", return_token_type_ids=True,
        )
        for text in texts
    ]
    join = lambda key: torch.cat([part[key] for part in parts])
    return {
        "token_ids": join("input_ids").to(torch.int32).numpy(),
        "segment_ids": join("token_type_ids").int().numpy(),
        "padding_mask": join("attention_mask").bool().numpy(),
    }
