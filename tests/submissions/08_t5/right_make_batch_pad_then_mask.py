# approach: pad で埋めてから、labels の pad を -100 に替える
# %% grade_id="make-batch"
def make_batch(targets, longest, pad, end, start):
    rows = [row[:] if len(row) <= longest else row[: longest - 1] + [end] for row in targets]
    width = max(len(row) for row in rows)
    padded = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    inputs = torch.cat([torch.full_like(padded[:, :1], start), padded[:, :-1]], dim=1)
    return inputs, padded.masked_fill(padded == pad, -100)
