# approach: 式をまとめて 1 行にする
# %% grade_id="parameter-count"
def parameter_count(config):
    c = config
    per_layer = 4 * c.hidden_size**2 + 9 * c.hidden_size + (2 * c.hidden_size + 1) * c.intermediate_size
    outside = c.vocab_size + c.max_position_embeddings + c.type_vocab_size + c.hidden_size + 3
    return c.num_hidden_layers * per_layer + c.hidden_size * outside
