# approach: 乱数の小さい順に選ぶ
# %% grade_id="stability"
def stability(ratings, sizes, draws, generator):
    known = ~np.isnan(ratings)
    if any(k < 1 or k > known.sum(axis=0).min() for k in sizes):
        raise ValueError("k を見直してください。")
    whole = np.sign(np.nansum(ratings, axis=0))
    curve = []
    for k in sizes:
        keys = generator.random((draws, *ratings.shape))
        keys[:, ~known] = 2
        places = keys.argsort(axis=1)[:, :k]
        chosen = np.take_along_axis(np.broadcast_to(ratings, keys.shape), places, axis=1)
        curve.append(float((np.sign(chosen.sum(axis=1)) == whole).mean()))
    return curve
