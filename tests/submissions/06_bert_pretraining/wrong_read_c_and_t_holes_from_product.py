# misconception: input_ids に attention_mask をかけてから穴を探す（番号が 0 だと、埋めた位置も穴になる）
# scores: read-c-and-t-test=0
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    with torch.no_grad():
        out = model.bert(**inputs)
        hole = (inputs["input_ids"] * inputs["attention_mask"]) == mask_token_id
        T = out.last_hidden_state[hole]
        p, ids = model.cls.predictions(T).softmax(-1).topk(k)
        f = model.cls.seq_relationship(out.pooler_output).softmax(-1)[:, 0]
    return ids, p, f
