# approach: pad_sequence で右を埋める
# %% grade_id="sft-labels"
from torch.nn.utils.rnn import pad_sequence


def sft_labels(prompts, answers, end, pad):
    ids = [torch.tensor(p + a + [end]) for p, a in zip(prompts, answers)]
    labels = [torch.tensor([-100] * len(p) + a + [end]) for p, a in zip(prompts, answers)]
    mask = [torch.ones_like(one) for one in ids]
    return dict(
        labels=pad_sequence(labels, batch_first=True, padding_value=-100),
        input_ids=pad_sequence(ids, batch_first=True, padding_value=pad),
        attention_mask=pad_sequence(mask, batch_first=True),
    )
