# approach: 線形変換と LayerNorm の関数を作って数える
# %% grade_id="parameter-count"
def linear(inputs, outputs):
    return (inputs + 1) * outputs


def layer_norm(size):
    return size + size


def parameter_count(config):
    hidden, inner = config.hidden_size, config.intermediate_size
    count = 0
    for rows in (config.vocab_size, config.max_position_embeddings, config.type_vocab_size):
        count += rows * hidden
    count += layer_norm(hidden)
    for _ in range(config.num_hidden_layers):
        count += 4 * linear(hidden, hidden) + layer_norm(hidden)
        count += linear(hidden, inner) + linear(inner, hidden) + layer_norm(hidden)
    return count + linear(hidden, hidden)
