# approach: PyTorch の形をヘッドに分けてから、軸を並べかえる
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, used = {}, [], set()
    for path, initial in weights.items():
        *layer, kind = path.split("/")
        stem, shape = torch_module("/".join(layer)), initial.shape
        end = "bias" if kind in ("bias", "beta") else "weight"
        names = [f"{stem}.{end}", f"{stem.removeprefix('bert.')}.{end}"]
        name = next((one for one in names if one in checkpoint), None)
        if name is None:
            loaded[path] = initial
            missing.append(path)
            continue
        used.add(name)
        if kind != "kernel":
            split, axes = shape, [*range(len(shape))]
        elif layer[-1] == "attention_output":
            split, axes = (shape[2], shape[0], shape[1]), [1, 2, 0]
        else:
            split, axes = (*shape[1:], shape[0]), [len(shape) - 1, *range(len(shape) - 1)]
        wanted = split
        if kind == "kernel" and len(shape) == 3:
            wanted = (split[0], split[1] * split[2]) if axes[0] == 1 else (split[0] * split[1], split[2])
        elif kind == "bias":
            wanted = (math.prod(shape),)
        if checkpoint[name].shape != wanted:
            raise ValueError(name)
        loaded[path] = checkpoint[name].reshape(split).transpose(axes).astype(initial.dtype)
    return loaded, missing, [name for name in checkpoint if name not in used]
