# misconception: DataCollatorForLanguageModeling を継承して呼ぶ
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
from transformers import DataCollatorForLanguageModeling


class Mine(DataCollatorForLanguageModeling):
    torch_mask_tokens = DataCollatorForLanguageModeling.torch_mask_tokens


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    collator = Mine(tokenizer, mlm_probability=mlm_probability)
    collator.generator = generator
    return collator.torch_mask_tokens(input_ids.clone(), special_tokens_mask=special_tokens_mask)
