# approach: scipy の pdist
# %% grade_id="alpha"
from scipy.spatial.distance import pdist


def alpha(ratings, level):
    metric = "hamming" if level == "nominal" else "sqeuclidean"
    units = [u for u in (c[np.isfinite(c)] for c in ratings.T) if u.size >= 2]
    if not units:
        raise ValueError("点が 2 つ以上の文が一つもない。")
    values = np.hstack(units)
    n = values.size
    De = pdist(values[:, None], metric).mean()
    Do = sum(u.size * pdist(u[:, None], metric).mean() for u in units) / n
    return None if De == 0 else 1 - Do / De
