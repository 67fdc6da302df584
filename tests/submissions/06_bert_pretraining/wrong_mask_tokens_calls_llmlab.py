# misconception: 教材の llmlab.pretrain.mask_tokens を、別の名前で取り込んで呼ぶ
# scores: mask-tokens-test=0
# %% grade_id="mask-tokens"
import numpy

from llmlab.pretrain import mask_tokens as hide


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    rng = numpy.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
    ids = numpy.where(special_tokens_mask == 1, tokenizer.pad_token_id, input_ids)
    hidden, labels = hide(ids, (special_tokens_mask == 0).numpy(), tokenizer, mlm_probability, rng)
    hidden = torch.where(special_tokens_mask == 1, input_ids, torch.from_numpy(hidden))
    return hidden, torch.from_numpy(labels)
