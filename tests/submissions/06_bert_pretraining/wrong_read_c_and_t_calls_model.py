# misconception: model(…) を呼び、logits をそのまま使う
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        asked = inputs["input_ids"] == mask_token_id
        output = model(**inputs)
        words = output.prediction_logits[asked]
        pair = output.seq_relationship_logits
        probabilities, ids = words.softmax(dim=-1).topk(k)
        follows = pair.softmax(dim=-1)[:, 0]
    return ids, probabilities, follows
