# misconception: 発言の中身をつなぐだけで、雛形を使わない
# scores: generate-text-test=0
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    chat = isinstance(prompt, list)
    text = "\n".join(one["content"] for one in prompt) if chat else prompt
    encoded = tokenizer(text, return_tensors="pt")
    tokens = model.generate(**encoded, max_new_tokens=max_new_tokens, do_sample=False)
    new = tokenizer.decode(tokens[0, encoded["input_ids"].shape[1] :], skip_special_tokens=True)
    if not return_full_text:
        return new
    return [*prompt, {"role": "assistant", "content": new}] if chat else prompt + new
