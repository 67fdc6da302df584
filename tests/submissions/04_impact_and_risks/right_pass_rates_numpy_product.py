# approach: numpy.prod で、講義の式と同じ形に書く
# %% grade_id="pass-rates"
def pass_rates(passed, k):
    results = []
    for answers in passed:
        n, c = len(answers), sum(answers)
        if k > n:
            raise ValueError(k)

        def miss(bad, n=n):
            return 0.0 if bad < k else np.prod(1 - k / np.arange(bad_start(n, bad), n + 1))

        results.append((1 - miss(n - c), miss(c)))
    return tuple(np.mean(results, axis=0))


def bad_start(n, bad):
    return bad + 1
