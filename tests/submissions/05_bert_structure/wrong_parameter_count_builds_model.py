# misconception: BertModel を作って数える
# scores: parameter-count-test=0
# %% grade_id="parameter-count"
from transformers import BertModel


def parameter_count(config):
    return sum(p.numel() for p in BertModel(config).parameters())
