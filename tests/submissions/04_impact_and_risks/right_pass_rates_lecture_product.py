# approach: 講義の式を、合格と不合格を入れかえて 2 度使う
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    if any(len(a) < k for a in passed):
        raise ValueError("足りない")

    def pass_at_k(x):
        n, c = len(x), int(np.sum(x))
        return 1.0 if n - c < k else 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1))

    return float(np.mean([pass_at_k(x) for x in passed])), float(
        np.mean([1 - pass_at_k([not one for one in x]) for x in passed])
    )
