# misconception: pipeline を呼ぶ
# scores: generate-text-test=0
# %% grade_id="generate-text"
def generate_text(prompt, tokenizer, model, max_new_tokens, return_full_text=True):
    made = pipeline("text-generation", model=model, tokenizer=tokenizer)
    found = made(prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=return_full_text)
    return found[0]["generated_text"]
