# misconception: ライブラリの関数を呼ぶ
# scores: attention-test=0
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    mask = attention_mask[:, None, None, :].bool()
    one_hot = torch.eye(keys.shape[2]).expand(*keys.shape[:3], -1)
    output = torch.nn.functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    weights = torch.nn.functional.scaled_dot_product_attention(queries, keys, one_hot, attn_mask=mask)
    return output, weights
