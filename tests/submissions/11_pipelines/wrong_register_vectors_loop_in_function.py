# misconception: pipeline の形にせず、関数を登録する
# scores: register-vectors-test=0
# %% grade_id="register-vectors"
def register_vectors(task):
    def embed(text, model, tokenizer):
        return model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0).tolist()

    PIPELINE_REGISTRY.register_pipeline(task, pipeline_class=embed, pt_model=AutoModel)
