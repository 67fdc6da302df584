# approach: generator から種を引き、PyTorch の発生器で選ぶ
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    columns = [column[~np.isnan(column)] for column in ratings.T]
    fewest = min(len(column) for column in columns)
    if not all(1 <= k <= fewest for k in sizes):
        raise ValueError(f"k は 1 から {fewest} までです。")
    import torch

    stream = torch.Generator().manual_seed(int(generator.integers(2**31)))
    curve = []
    for k in sizes:
        same = 0
        for column in columns:
            for _ in range(draws):
                chosen = column[torch.randperm(len(column), generator=stream)[:k].numpy()]
                same += np.sign(chosen.sum()) == np.sign(column.sum())
        curve.append(same / (len(columns) * draws))
    return curve
