# approach: generate を使わず、1 トークンずつ選ぶ
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    if isinstance(prompt, str):
        ids = tokenizer(prompt)["input_ids"]
    else:
        ids = tokenizer.apply_chat_template(prompt, add_generation_prompt=True, return_dict=True)["input_ids"]
    fresh = []
    while len(fresh) < max_new_tokens:
        with torch.no_grad():
            logits = model(torch.tensor([ids + fresh])).logits
        fresh.append(int(logits[0, -1].argmax()))
        if fresh[-1] == tokenizer.eos_token_id:
            break
    new = tokenizer.decode(fresh, skip_special_tokens=True)
    if return_full_text is False:
        return new
    if isinstance(prompt, str):
        return prompt + new
    return list(prompt) + [dict(role="assistant", content=new)]
