# misconception: [CLS] と [SEP] を平均から除く
# scores: register-vectors-test=0
# %% grade_id="register-vectors"
def register_vectors(task):

    class SentenceVectors(Pipeline):
        def _sanitize_parameters(self, normalize=None, max_length=None):
            before = {} if max_length is None else {"max_length": max_length}
            after = {} if normalize is None else {"normalize": normalize}
            return before, {}, after

        def preprocess(self, text, max_length=None):
            cut = max_length is not None
            return self.tokenizer(text, truncation=cut, max_length=max_length, return_tensors="pt")

        def _forward(self, inputs):
            states = self.model(**inputs).last_hidden_state
            return {"states": states, "attention_mask": inputs["attention_mask"]}

        def postprocess(self, outputs, normalize=False):
            (states,), (mask,) = outputs["states"], outputs["attention_mask"]
            vector = states[mask.bool()][1:-1].mean(dim=0)
            return (vector / vector.norm() if normalize else vector).tolist()

    PIPELINE_REGISTRY.register_pipeline(task, pipeline_class=SentenceVectors, pt_model=AutoModel)
