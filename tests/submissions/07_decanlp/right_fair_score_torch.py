# approach: torch で計算する
# %% grade_id="fair-score"
def fair_score(dev, test):
    import torch
    chosen, total = {}, 0.0
    for task, table in dev.items():
        means = torch.tensor(table, dtype=torch.float64).mean(1)
        chosen[task] = int(means.argmax())
        total += torch.tensor(test[task][chosen[task]], dtype=torch.float64).mean().item()
    return chosen, total
