# approach: すべてのテンソルの形を並べ、要素の数を足す
# %% grade_id="parameter-count"
def parameter_count(config):
    h, i = config.hidden_size, config.intermediate_size
    shapes = [
        (config.vocab_size, h),
        (config.max_position_embeddings, h),
        (config.type_vocab_size, h),
        (h,),
        (h,),
    ]
    for _ in range(config.num_hidden_layers):
        for _ in ("query", "key", "value", "output"):
            shapes += [(h, h), (h,)]
        shapes += [(h,), (h,), (i, h), (i,), (h, i), (h,), (h,), (h,)]
    shapes += [(h, h), (h,)]
    return sum(math.prod(shape) for shape in shapes)
