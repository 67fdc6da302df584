# misconception: 転置のかわりに、列の順で並べかえる
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
        if value.shape != flat.T.shape and kind == "kernel" or value.shape != flat.shape and kind != "kernel":
            raise ValueError(f"{path} の形が違います。")
        loaded[path] = value.reshape(initial.shape, order="F").astype(initial.dtype)
    return loaded, missing, unused
