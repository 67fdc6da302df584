# misconception: reshape ができれば、形は合っていると思う
# scores: load-test=0
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, unused = dict(weights), [], list(checkpoint)
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        name = torch_module(layer) + (".bias" if kind in ("bias", "beta") else ".weight")
        if name not in checkpoint:
            name = name.removeprefix("bert.")
        if name not in checkpoint:
            missing.append(path)
            continue
        unused.remove(name)
        value = checkpoint[name]
        part = layer.split("/")[-1]
        if part in ("query", "key", "value"):
            flat = initial.reshape(*initial.shape[:-2], -1)
        elif kind == "kernel":
            flat = initial.reshape(-1, initial.shape[-1])
        else:
            flat = initial
        if kind == "kernel":
            value = value.T
        loaded[path] = value.reshape(initial.shape).astype(initial.dtype)
    return loaded, missing, unused
