# misconception: bert. が付くかどうかを、初めのキーだけで決める
# scores: load-test=0
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, used = {**weights}, [], set()
    bare = not next(iter(checkpoint)).startswith("bert.")
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        name = torch_module(layer) + (".bias" if kind in ("bias", "beta") else ".weight")
        name = name.removeprefix("bert.") if bare else name
        if name not in checkpoint:
            missing.append(path)
            continue
        used.add(name)
        value = checkpoint[name].T if kind == "kernel" else checkpoint[name]
        shape = initial.shape
        if layer.endswith(("/query", "/key", "/value")):
            shape = (*shape[:-2], shape[-2] * shape[-1])
        elif kind == "kernel":
            shape = (math.prod(shape[:-1]), shape[-1])
        if value.shape != shape:
            raise ValueError(path)
        loaded[path] = value.reshape(initial.shape).astype(initial.dtype)
    return loaded, missing, [name for name in checkpoint if name not in used]
