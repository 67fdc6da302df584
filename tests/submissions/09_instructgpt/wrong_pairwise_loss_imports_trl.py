# misconception: TRL を、関数の中で取り込んで呼ぶ
# scores: pairwise-loss-test=0
# %% grade_id="pairwise-loss"
from collections import defaultdict
from types import SimpleNamespace


def pairwise_loss(chosen, rejected, margin=None):
    from trl import RewardTrainer

    trainer = SimpleNamespace(
        model=SimpleNamespace(training=False),
        args=SimpleNamespace(center_rewards_coefficient=None),
        accelerator=SimpleNamespace(gather=lambda one: one, gather_for_metrics=lambda one: one),
        _metrics={"eval": defaultdict(list)},
        _total_train_tokens=0,
    )
    rewards = torch.cat([chosen, rejected])[:, None]
    inputs = {} if margin is None else {"margin": margin}
    return RewardTrainer.compute_loss(trainer, lambda **_: SimpleNamespace(logits=rewards), inputs)
