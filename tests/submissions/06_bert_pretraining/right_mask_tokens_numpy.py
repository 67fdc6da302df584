# approach: generator から種を引いて、numpy で計算する
# %% grade_id="mask-tokens"
import numpy


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    rng = numpy.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
    ids = input_ids.numpy()
    chosen = (rng.random(ids.shape) < mlm_probability) & (special_tokens_mask.numpy() == 0)
    kind = rng.choice(3, size=ids.shape, p=[0.8, 0.1, 0.1])
    anything = rng.integers(len(tokenizer), size=ids.shape)
    hidden = numpy.choose(kind, [numpy.full_like(ids, tokenizer.mask_token_id), anything, ids])
    masked = numpy.where(chosen, hidden, ids)
    return torch.from_numpy(masked), torch.from_numpy(numpy.where(chosen, ids, -100))
