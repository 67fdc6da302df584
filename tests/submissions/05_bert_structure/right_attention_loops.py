# approach: 文、ヘッド、query ごとに、残す key だけで計算する
# %% grade_id="attention"
def attention(queries, keys, values, attention_mask):
    batch, heads, length, head_dim = queries.shape
    output = torch.zeros_like(queries)
    weights = torch.zeros(batch, heads, length, length)
    for b in range(batch):
        kept = attention_mask[b].nonzero().flatten()
        for h in range(heads):
            for q in range(length):
                scores = keys[b, h, kept] @ queries[b, h, q] / math.sqrt(head_dim)
                w = torch.softmax(scores, dim=0)
                weights[b, h, q, kept] = w
                output[b, h, q] = w @ values[b, h, kept]
    return output, weights
