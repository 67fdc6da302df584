# approach: inference_mode と、cls の 2 つの部品を 1 度に
# %% grade_id="read-c-and-t"
@torch.inference_mode()
def read_c_and_t(model, inputs, mask_token_id, k):
    row, place = torch.where(inputs["input_ids"] == mask_token_id)
    T, C = model.bert(**inputs, return_dict=False)[:2]
    words, nsp = model.cls(T[row, place], C)
    order = words.argsort(-1, descending=True)[:, :k]
    return order, words.softmax(-1).gather(1, order), nsp.softmax(-1).unbind(-1)[0]
