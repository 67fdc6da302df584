# approach: 種類ごとに場合分けする
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    loaded, missing, used = {}, [], set()
    for path, initial in weights.items():
        layer, kind = path.rsplit("/", 1)
        name = torch_module(layer) + (".bias" if kind in ("bias", "beta") else ".weight")
        if name not in checkpoint and name.startswith("bert."):
            name = name[len("bert."):]
        if name not in checkpoint:
            loaded[path] = initial.copy()
            missing.append(path)
            continue
        used.add(name)
        value = checkpoint[name]
        attention = layer.split("/")[-1]
        if attention in ("query", "key", "value") and kind == "kernel":
            hidden, heads, width = initial.shape
            if value.shape != (heads * width, hidden):
                raise ValueError(f"{path}: 形が違います。")
            value = value.T.reshape(hidden, heads, width)
        elif attention in ("query", "key", "value"):
            heads, width = initial.shape
            if value.shape != (heads * width,):
                raise ValueError(f"{path}: 形が違います。")
            value = value.reshape(heads, width)
        elif attention == "attention_output" and kind == "kernel":
            heads, width, hidden = initial.shape
            if value.shape != (hidden, heads * width):
                raise ValueError(f"{path}: 形が違います。")
            value = value.T.reshape(heads, width, hidden)
        elif kind == "kernel":
            value = value.T
        if value.shape != initial.shape:
            raise ValueError(f"{path}: 形が違います。")
        loaded[path] = value.astype(initial.dtype)
    return loaded, missing, [name for name in checkpoint if name not in used]
