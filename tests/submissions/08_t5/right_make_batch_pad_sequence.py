# approach: torch の pad_sequence で埋める
# %% grade_id="make-batch"
from torch.nn.utils.rnn import pad_sequence


def make_batch(targets, longest, pad, end, start):
    kept = [torch.tensor((row[: longest - 1] + [end])[:longest] if len(row) > longest else row) for row in targets]
    labels = pad_sequence(kept, batch_first=True, padding_value=-100)
    first = torch.full((len(targets), 1), start)
    inputs = torch.cat([first, labels[:, :-1]], dim=1)
    return torch.where(inputs == -100, pad, inputs), labels
