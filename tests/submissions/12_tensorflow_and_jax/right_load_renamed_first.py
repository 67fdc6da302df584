# approach: 先にチェックポイントの名前を bert. つきにそろえる
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    outside = ("bert.", "classifier.", "cls.")
    renamed = {(name if name.startswith(outside) else "bert." + name): name for name in checkpoint}
    rest = dict.fromkeys(checkpoint)
    loaded, missing = {}, []
    for path in weights:
        target = weights[path]
        layer, _, kind = path.rpartition("/")
        wanted = f"{torch_module(layer)}.{'bias' if kind in ('beta', 'bias') else 'weight'}"
        if wanted not in renamed:
            missing.append(path)
            loaded[path] = target
            continue
        rest.pop(renamed[wanted])
        value = np.array(checkpoint[renamed[wanted]], dtype=target.dtype)
        if kind == "kernel":
            cut = target.ndim - 1 if layer.endswith("attention_output") else 1
            rows = int(np.prod(target.shape[:cut]))
            if value.shape != (target.size // rows, rows):
                raise ValueError(path)
            value = value.T
        elif value.shape != ((target.size,) if kind == "bias" else target.shape):
            raise ValueError(path)
        loaded[path] = value.reshape(target.shape)
    return loaded, missing, list(rest)
