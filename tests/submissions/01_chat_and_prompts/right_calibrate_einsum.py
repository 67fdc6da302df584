# approach: einsum とコピーへの代入で書く
# %% grade_id="calibrate"
import numpy


def calibrate(probabilities, content_free):
    bias = numpy.einsum("ij,i->j", content_free, 1 / content_free.sum(axis=1))
    made = probabilities.copy()
    made /= bias
    made /= made.sum(axis=1, keepdims=True)
    return made
