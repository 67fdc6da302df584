# misconception: PyTorch の normalize は、和がとても小さい行を割りきらない
# scores: calibrate-test=0
# %% grade_id="calibrate"
def calibrate(probabilities, content_free):
    import torch

    bias = torch.nn.functional.normalize(torch.from_numpy(content_free), p=1, dim=1).mean(0)
    return torch.nn.functional.normalize(torch.from_numpy(probabilities) / bias, p=1, dim=1).numpy()
