# approach: PyTorch の行をヘッドに分けてから、軸を入れかえる
# %% grade_id="load"
def load_checkpoint(weights, checkpoint):
    def find(path):
        layer, kind = path.rsplit("/", 1)
        end = {"bias": "bias", "beta": "bias"}.get(kind, "weight")
        full = f"{torch_module(layer)}.{end}"
        for name in (full, full.replace("bert.", "", 1)):
            if name in checkpoint:
                return name

    def convert(path, value, shape):
        layer, kind = path.rsplit("/", 1)
        part = layer.rsplit("/", 1)[-1]
        if part in {"query", "key", "value"}:
            heads, width = shape[-2:]
            if kind == "bias":
                if value.ndim != 1:
                    raise ValueError("形")
                return value.reshape(heads, width)
            if value.shape != (heads * width, shape[0]):
                raise ValueError("形")
            return np.moveaxis(value.reshape(heads, width, shape[0]), 2, 0)
        if kind != "kernel":
            return value
        if part == "attention_output":
            heads, width, hidden = shape
            if value.shape != (hidden, heads * width):
                raise ValueError("形")
            return value.reshape(hidden, heads, width).transpose(1, 2, 0)
        return value.transpose()

    names = {path: find(path) for path in weights}
    loaded = {}
    for path, initial in weights.items():
        value = initial
        if names[path] is not None:
            value = convert(path, checkpoint[names[path]], initial.shape)
        if value.shape != initial.shape:
            raise ValueError(f"{path} の形が違います。")
        loaded[path] = value.astype(initial.dtype)
    used = set(names.values())
    return loaded, [p for p, n in names.items() if n is None], [n for n in checkpoint if n not in used]
