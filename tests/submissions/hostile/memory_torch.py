# tries: とても大きいテンソルを作る
# verdict: メモリ|-
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import torch


def running(values):
    return torch.ones(120_000, 120_000).cumsum(0)
