# misconception: ライブラリの DataCollatorForLanguageModeling を呼ぶ
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
from transformers import DataCollatorForLanguageModeling


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=mlm_probability)
    collator.generator = generator
    return collator.torch_mask_tokens(input_ids.clone(), special_tokens_mask=special_tokens_mask)
