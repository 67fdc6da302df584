# misconception: DataCollatorForLanguageModeling のメソッドを、別の名前で先に取り出しておく
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
from transformers import DataCollatorForLanguageModeling

work = DataCollatorForLanguageModeling.torch_mask_tokens


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=mlm_probability)
    collator.generator = generator
    return work(collator, input_ids.clone(), special_tokens_mask=special_tokens_mask)
