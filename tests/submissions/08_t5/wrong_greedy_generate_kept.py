# misconception: generate を、別の名前で先に取り出しておく
# scores: greedy-test=0
# %% grade_id="greedy"
write = T5ForConditionalGeneration.generate


def greedy(model, input_ids, attention_mask, room):
    return write(
        model, input_ids=input_ids, attention_mask=attention_mask, max_new_tokens=room, do_sample=False, num_beams=1
    )
