# misconception: 層の weight がなければ、bias もないことにする
# scores: load-test=0
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, used = {**weights}, [], set()
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        module, end = torch_module(layer), ".bias" if kind in ("bias", "beta") else ".weight"
        if module + ".weight" not in checkpoint:
            module = module.removeprefix("bert.")
        if module + ".weight" not in checkpoint or module + end not in checkpoint:
            missing.append(path)
            continue
        name = module + end
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
