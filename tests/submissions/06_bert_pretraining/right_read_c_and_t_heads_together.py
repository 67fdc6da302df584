# approach: model.cls に、穴の T と C を一緒に渡す
# %% grade_id="read-c-and-t"
def read_c_and_t(model, inputs, mask_token_id, k):
    output = model.bert(**inputs)
    vectors = output[0][inputs["input_ids"].eq(mask_token_id)]
    words, relationship = model.cls(vectors, output[1])
    order = words.argsort(dim=-1, descending=True)[:, :k]
    return order, words.softmax(-1).gather(-1, order), relationship.softmax(-1).select(-1, 0)
