# approach: 雛形を文字列にしてから、特殊トークンを付けずにトークンにする
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    if isinstance(prompt, list):
        text = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
        inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt")
    else:
        inputs = tokenizer([prompt], return_tensors="pt")
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False, num_beams=1)
    length = len(inputs.input_ids[0])
    new_text = tokenizer.batch_decode(output[:, length:], skip_special_tokens=True)[0]
    if not return_full_text:
        return new_text
    if isinstance(prompt, list):
        messages = prompt.copy()
        messages.append({"role": "assistant", "content": new_text})
        return messages
    return f"{prompt}{new_text}"
