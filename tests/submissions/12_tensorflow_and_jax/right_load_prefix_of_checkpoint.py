# approach: bert. が付くかを、チェックポイント全体で一度だけ決める
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    prefixed = any(name.startswith("bert.") for name in checkpoint)
    loaded, missing, used = {}, [], []
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        module = torch_module(layer)
        if not prefixed:
            module = module.removeprefix("bert.")
        name = module + {"bias": ".bias", "beta": ".bias"}.get(kind, ".weight")
        if name not in checkpoint:
            missing += [path]
            loaded[path] = initial
            continue
        used += [name]
        value = checkpoint[name].astype(initial.dtype)
        shape = initial.shape
        if kind == "kernel":
            if len(shape) == 3 and not layer.endswith("attention_output"):
                expected = (shape[1] * shape[2], shape[0])
            elif len(shape) == 3:
                expected = (shape[2], shape[0] * shape[1])
            else:
                expected = shape[::-1]
            value_ok = value.shape == expected
            value = value.T
        else:
            value_ok = value.shape == ((shape[0] * shape[1],) if kind == "bias" and len(shape) == 2 else shape)
        if not value_ok:
            raise ValueError("形が合いません。")
        loaded[path] = value.reshape(shape)
    return loaded, missing, [name for name in checkpoint if name not in used]
