# approach: PyTorch の permute と unflatten で並べかえる
# %% grade_id="load"
import torch


def load_checkpoint(weights, checkpoint):
    loaded, missing, unused = dict(weights), [], list(checkpoint)
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        name = torch_module(layer) + (".weight" if kind in ("kernel", "embeddings", "gamma") else ".bias")
        name = name if name in checkpoint else name.removeprefix("bert.")
        if name not in checkpoint:
            missing.append(path)
            continue
        unused.remove(name)
        value, shape = torch.tensor(checkpoint[name]), initial.shape
        try:
            if kind == "kernel" and value.ndim != 2 or kind != "kernel" and kind != "embeddings" and value.ndim != 1:
                raise RuntimeError
            if layer.endswith(("query", "key", "value")):
                value = value.unflatten(0, shape[-2:])
                value = value.permute(2, 0, 1) if kind == "kernel" else value
            elif layer.endswith("attention_output") and kind == "kernel":
                value = value.unflatten(1, shape[:2]).permute(1, 2, 0)
            elif kind == "kernel":
                value = value.t()
        except RuntimeError:
            raise ValueError("形が違う") from None
        if tuple(value.shape) != shape:
            raise ValueError("形が違う")
        loaded[path] = value.contiguous().numpy().astype(initial.dtype)
    return loaded, missing, unused
