# misconception: 文の番号の表を 1 行と数える
# scores: parameter-count-test=0
# %% grade_id="parameter-count"
def parameter_count(config):
    h = config.hidden_size
    i = config.intermediate_size
    embeddings = config.vocab_size * h + config.max_position_embeddings * h + h
    embeddings += 2 * h
    attention = 3 * (h * h + h)
    attention += h * h + h
    attention += 2 * h
    feed_forward = h * i + i
    feed_forward += i * h + h
    feed_forward += 2 * h
    layers = config.num_hidden_layers * (attention + feed_forward)
    pooler = h * h + h
    return embeddings + layers + pooler
