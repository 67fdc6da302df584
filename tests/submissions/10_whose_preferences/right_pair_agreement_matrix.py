# approach: 行列で、全部の 2 人を一度に比べる
# %% grade_id="pair-agreement"
def pair_agreement(ratings, pairs):
    silent = [int(r) for r in np.where(np.all(np.isnan(ratings), axis=1))[0]]
    values = []
    upper = np.triu_indices(len(ratings), 1)
    for i, j in pairs:
        signs = np.sign(ratings[:, i] - ratings[:, j])
        table = 1 - np.abs(signs[:, None] - signs[None, :]) / 2
        chosen = table[upper]
        values.append(chosen[~np.isnan(chosen)])
    values = np.concatenate(values) if values else np.array([])
    return (np.mean(values) if len(values) else None), len(values), silent
