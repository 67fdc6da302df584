# misconception: ライブラリの collator に、1 行ずつ辞書で渡す
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
from transformers import DataCollatorForLanguageModeling


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=max(mlm_probability, 1e-12), seed=seed)
    rows = zip(input_ids, special_tokens_mask, strict=True)
    batch = collator([{"input_ids": ids, "special_tokens_mask": special} for ids, special in rows])
    return batch["input_ids"], batch["labels"]
