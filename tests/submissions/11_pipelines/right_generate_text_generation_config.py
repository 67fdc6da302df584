# approach: GenerationConfig を作って渡す
# %% grade_id="generate-text"
from transformers import GenerationConfig


def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    if isinstance(prompt, str):
        ids = tokenizer.encode(prompt, return_tensors="pt")
    else:
        ids = tokenizer.apply_chat_template(
            prompt, add_generation_prompt=True, return_tensors="pt", return_dict=False
        )
    settings = GenerationConfig(
        max_new_tokens=max_new_tokens,
        do_sample=False,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    done = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)
    skip = {*tokenizer.all_special_ids}
    kept = [token for token in done[0].tolist()[ids.size(1) :] if token not in skip]
    text = tokenizer.decode(kept)
    if return_full_text:
        return prompt + (text if isinstance(prompt, str) else [{"role": "assistant", "content": text}])
    return text
