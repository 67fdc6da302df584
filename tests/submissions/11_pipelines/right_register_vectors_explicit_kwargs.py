# approach: **kwargs を見て、付けられたものだけを辞書に入れる
# %% grade_id="register-vectors"
class MeanVectors(Pipeline):
    def _sanitize_parameters(self, **kwargs):
        pre, post = {}, {}
        if "max_length" in kwargs:
            pre["max_length"] = kwargs["max_length"]
        if "normalize" in kwargs:
            post["normalize"] = kwargs["normalize"]
        return pre, {}, post

    def preprocess(self, text, max_length=None):
        if max_length is None:
            return self.tokenizer(text, return_tensors="pt")
        return self.tokenizer(text, return_tensors="pt", truncation=True, max_length=max_length)

    def _forward(self, model_inputs):
        output = self.model(**model_inputs)
        return {"hidden": output[0], "mask": model_inputs["attention_mask"]}

    def postprocess(self, model_outputs, normalize=False):
        weight = model_outputs["mask"].unsqueeze(-1).float()
        vector = ((model_outputs["hidden"] * weight).sum(1) / weight.sum(1)).squeeze(0)
        if normalize:
            vector = torch.nn.functional.normalize(vector, dim=0)
        return [float(x) for x in vector]


def register_vectors(task):
    PIPELINE_REGISTRY.register_pipeline(task, pipeline_class=MeanVectors, pt_model=AutoModel, type="text")
