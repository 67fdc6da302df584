# misconception: meta デバイスにモデルを作って数える
# scores: parameter-count-test=0
# %% grade_id="parameter-count"
from transformers import AutoModel


def parameter_count(config):
    with torch.device("meta"):
        return AutoModel.from_config(config).num_parameters()
