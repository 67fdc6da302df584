# misconception: torch.nn の部品を作って数える
# scores: parameter-count-test=0
# %% grade_id="parameter-count"
from torch import nn


def parameter_count(config):
    h, i = config.hidden_size, config.intermediate_size
    parts = [
        nn.Embedding(n, h)
        for n in (config.vocab_size, config.max_position_embeddings, config.type_vocab_size)
    ]
    parts += [nn.LayerNorm(h), nn.Linear(h, h)]
    for _ in range(config.num_hidden_layers):
        parts += [nn.Linear(h, h) for _ in range(4)]
        parts += [nn.LayerNorm(h), nn.Linear(h, i), nn.Linear(i, h), nn.LayerNorm(h)]
    return sum(p.numel() for part in parts for p in part.parameters())
