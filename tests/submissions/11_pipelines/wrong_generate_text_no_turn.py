# misconception: 返事の番の印を付けない
# scores: generate-text-test=0
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    chat = not isinstance(prompt, str)
    if chat:
        encoded = tokenizer.apply_chat_template(
            prompt, return_dict=True, return_tensors="pt"
        )
    else:
        encoded = tokenizer(prompt, return_tensors="pt")
    (tokens,) = model.generate(**encoded, max_new_tokens=max_new_tokens, do_sample=False)
    fresh = tokens[encoded["input_ids"].shape[1] :]
    text = tokenizer.decode(fresh, skip_special_tokens=True)
    if not return_full_text:
        return text
    return [*prompt, {"role": "assistant", "content": text}] if chat else prompt + text
