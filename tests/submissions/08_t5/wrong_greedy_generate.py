# misconception: generate を使う
# scores: greedy-test=0
# %% grade_id="greedy"
def greedy(model, input_ids, attention_mask, room):
    return model.generate(
        input_ids=input_ids, attention_mask=attention_mask, max_new_tokens=room, do_sample=False, num_beams=1
    )
