# approach: 二重の for で計算する
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    count, labels = content_free.shape
    bias = [0.0] * labels
    for row in content_free:
        total = sum(row)
        for j in range(labels):
            bias[j] += row[j] / total / count
    result = np.zeros(probabilities.shape)
    for i, row in enumerate(probabilities):
        weighted = [p / b for p, b in zip(row, bias)]
        for j, value in enumerate(weighted):
            result[i, j] = value / sum(weighted)
    return result
