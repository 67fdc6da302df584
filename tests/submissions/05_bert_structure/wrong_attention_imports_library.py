# misconception: ライブラリの関数を、先に別の名前で取り込んで呼ぶ
# scores: attention-test=0
# %% grade_id="attention"
from torch.nn.functional import scaled_dot_product_attention as sdpa


def attention(queries, keys, values, attention_mask):
    mask = attention_mask[:, None, None, :].bool()
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])
    weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
    return sdpa(queries, keys, values, attn_mask=mask), weights
