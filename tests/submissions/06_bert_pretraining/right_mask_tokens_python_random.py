# approach: generator から種を引いて、Python の random で 1 つずつ決める
# %% grade_id="mask-tokens"
import random


def hide(number, tokenizer, chance):
    kind = chance.random()
    if kind < 0.1:
        return number, number
    if kind < 0.2:
        return chance.randrange(len(tokenizer)), number
    return tokenizer.mask_token_id, number


def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    chance = random.Random(int(torch.randint(2**62, (1,), generator=generator)))
    masked, labels = [], []
    for ids, specials in zip(input_ids.tolist(), special_tokens_mask.tolist(), strict=True):
        pairs = [
            hide(number, tokenizer, chance) if not special and chance.random() < mlm_probability else (number, -100)
            for number, special in zip(ids, specials, strict=True)
        ]
        masked.append([pair[0] for pair in pairs])
        labels.append([pair[1] for pair in pairs])
    return torch.tensor(masked), torch.tensor(labels)
