# approach: 一つの数ずつ、番号で場所を決める
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, used = {}, [], {}
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        name = torch_module(layer) + (".bias" if kind in ("bias", "beta") else ".weight")
        if name not in checkpoint:
            name = name.removeprefix("bert.")
        fresh = initial.copy()
        if name not in checkpoint:
            missing.append(path)
        else:
            used[name] = True
            value = checkpoint[name]
            last = layer.split("/")[-1]
            if last in ("query", "key", "value"):
                d = initial.shape[-1]
                place = (lambda i, n, k: (n * d + k, i)) if kind == "kernel" else (lambda n, k: (n * d + k,))
                n = initial.shape[-2] * d
                wanted = (n, initial.shape[0]) if kind == "kernel" else (n,)
            elif last == "attention_output" and kind == "kernel":
                d = initial.shape[1]
                place = lambda n, k, o: (o, n * d + k)
                wanted = (initial.shape[2], initial.shape[0] * d)
            elif kind == "kernel":
                place = lambda i, o: (o, i)
                wanted = initial.shape[::-1]
            else:
                place = lambda *at: at
                wanted = initial.shape
            if value.shape != wanted:
                raise ValueError(f"{name} {value.shape} {wanted}")
            for at in np.ndindex(*initial.shape):
                fresh[at] = value[place(*at)]
        loaded[path] = fresh
    return loaded, missing, [name for name in checkpoint if name not in used]
