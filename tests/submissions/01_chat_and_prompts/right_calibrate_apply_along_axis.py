# approach: np.apply_along_axis で行ごとに割る
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    def share(row):
        return row / row.sum()

    bias = np.apply_along_axis(share, 1, content_free).mean(axis=0)
    return np.apply_along_axis(share, 1, probabilities / bias)
