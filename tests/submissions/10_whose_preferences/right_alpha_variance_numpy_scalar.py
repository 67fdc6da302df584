# approach: interval は分散、nominal は度数。numpy の数で返す
# %% grade_id="alpha"
def alpha(ratings, level):
    seen = (~np.isnan(ratings)).sum(0)
    table = ratings[:, seen > 1]
    if table.size == 0:
        raise ValueError("使える文なし")
    m = seen[seen > 1]
    n = m.sum()
    if level == "interval":
        inside = 2 * m * m * np.nanvar(table, axis=0)
        pooled = 2 * n * n * np.nanvar(table)
    else:
        kinds = np.arange(-4, 5)[:, None, None]
        counts = (table == kinds).sum(1)
        inside = m**2 - (counts**2).sum(0)
        pooled = n**2 - (counts.sum(1) ** 2).sum()
    if np.nanmin(table) == np.nanmax(table):
        return None
    return 1 - (n - 1) * (inside / (m - 1)).sum() / pooled
