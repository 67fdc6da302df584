# misconception: 全体を文字列に戻し、プロンプトの文字数で切る
# scores: generate-text-test=0
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    if isinstance(prompt, str):
        encoded = tokenizer(prompt, return_tensors="pt")
        before = prompt
    else:
        encoded = tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        before = tokenizer.decode(encoded["input_ids"][0], skip_special_tokens=True)
    tokens = model.generate(**encoded, max_new_tokens=max_new_tokens, do_sample=False)
    text = tokenizer.decode(tokens[0], skip_special_tokens=True)[len(before) :]
    if not return_full_text:
        return text
    return prompt + text if isinstance(prompt, str) else [*prompt, {"role": "assistant", "content": text}]
