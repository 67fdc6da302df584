# approach: zip_longest で列ごとに並べ、転置する
# %% grade_id="sft-labels"
from itertools import zip_longest


def sft_labels(prompts, answers, end, pad):
    def table(rows, fill):
        return torch.tensor(list(zip(*zip_longest(*rows, fillvalue=fill))), dtype=torch.long)

    rows = [[*p, *a, end] for p, a in zip(prompts, answers)]
    labels = [[-100 for _ in p] + [*a, end] for p, a in zip(prompts, answers)]
    return {
        "input_ids": table(rows, pad),
        "attention_mask": table([[1 for _ in row] for row in rows], 0),
        "labels": table(labels, -100),
    }
