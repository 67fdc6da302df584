# misconception: ビームサーチで書く
# scores: greedy-test=0
# %% grade_id="greedy"
from transformers import GenerationMixin

search = GenerationMixin.generate


def greedy(model, input_ids, attention_mask, room):
    return search(
        model, input_ids=input_ids, attention_mask=attention_mask, max_new_tokens=room, do_sample=False, num_beams=2
    )
