"""Score bert-ja-mini once: ``python data/build/score.py`` writes data/models/bert-ja-mini/test.json.

The test pages and the unseen manuals, with the two cheap answers beside: the most frequent token for masked words,
a bag-of-words classifier for next sentences (trained on pairs of the training pages, its C chosen on dev).
"""

import json
from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from transformers import AutoTokenizer, BertForPreTraining

from llmlab import claims, corpus, pretrain

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "models" / "bert-ja-mini"
LENGTH = 128


def bags(encoded: corpus.Encoded, runs: np.ndarray, size: int) -> scipy.sparse.csr_matrix:
    """Return ``(runs, size)`` token counts."""
    rows = np.repeat(np.arange(len(runs)), runs[:, 1] - runs[:, 0])
    ids = np.concatenate([encoded.ids[first:last] for first, last in runs])
    return scipy.sparse.csr_matrix((np.ones(len(ids)), (rows, ids)), shape=(len(runs), size))


class BagOfWords:
    """Next sentence from words alone: do the halves share words, which words stand in both?

    Features: cosine of the TF-IDF vectors, numbers of shared words and of words, the product of the two
    vectors word by word.
    """

    def __init__(self, size: int, C: float = 1.0):
        self.size, self.tfidf = size, TfidfTransformer(sublinear_tf=True)
        self.scale, self.classifier = StandardScaler(), LogisticRegression(C=C, max_iter=1000)

    def features(self, encoded, pairs, fit=False):
        a, b = bags(encoded, pairs.a, self.size), bags(encoded, pairs.b, self.size)
        if fit:
            self.tfidf.fit(scipy.sparse.vstack([a, b]))
        product = self.tfidf.transform(a).multiply(self.tfidf.transform(b)).tocsr()
        few = np.column_stack(
            [
                product.sum(1),
                np.log1p(a.minimum(b).sum(1)),
                np.log1p((a.minimum(b) > 0).sum(1)),
                np.log1p(a.sum(1)),
                np.log1p(b.sum(1)),
            ]
        )
        few = self.scale.fit_transform(np.asarray(few)) if fit else self.scale.transform(np.asarray(few))
        return scipy.sparse.hstack([scipy.sparse.csr_matrix(few), product * 5]).tocsr()

    def fit(self, encoded, pairs):
        self.classifier.fit(self.features(encoded, pairs, fit=True), pairs.next_sentence_label)
        return self

    def answers(self, encoded, pairs):
        return self.classifier.predict(self.features(encoded, pairs))


def with_interval(values, pages) -> dict:
    """Return the mean of 0/1 values with a 95 % interval clustered by page."""
    estimate, low, high = claims.bootstrap(np.asarray(values, float), cluster=np.asarray(pages))
    return {"value": round(estimate, 4), "low": round(low, 4), "high": round(high, 4), "n": len(values)}


def balanced(right, negative, pages, kind) -> dict:
    """Return the next-sentence accuracy against one kind of negative, both classes weighing the same."""
    chosen = (negative == 0) | (negative == kind)
    right, negative, pages = right[chosen].astype(float), negative[chosen], pages[chosen]
    weight = np.where(negative == 0, 0.5 / (negative == 0).mean(), 0.5 / (negative == kind).mean())
    return with_interval(right * weight, pages)


def score(model, tokenizer, classifier, frequent: int, split: str) -> dict:
    """Return every figure of one split.

    Next sentences are judged on whole pairs, as the bag of words sees them; ``masked_…`` is with masks, as during
    training.
    """
    encoded = corpus.encode(corpus.documents(split), tokenizer)
    masked = pretrain.answers(model, pretrain.fixed_batches(encoded, tokenizer, LENGTH))
    whole = pretrain.answers(model, pretrain.fixed_batches(encoded, tokenizer, LENGTH, mlm_probability=0.0))
    pairs = corpus.make_pairs(encoded, LENGTH, np.random.default_rng(0), 1 / 3, 1 / 3)
    bag = classifier.answers(encoded, pairs) == pairs.next_sentence_label
    figures = {
        "mlm_accuracy": with_interval(masked["mlm_label"] == masked["mlm_answer"], masked["mlm_page"]),
        "unigram": with_interval(masked["mlm_label"] == frequent, masked["mlm_page"]),
    }
    for kind, name in ((1, "other_manual"), (2, "same_manual")):
        if (pairs.negative == kind).sum() >= 30:
            for label, found in (("nsp", whole), ("masked_nsp", masked)):
                right = found["nsp_label"] == found["nsp_answer"]
                figures[f"{label}_{name}"] = balanced(right, found["negative"], found["nsp_page"], kind)
            figures[f"bow_{name}"] = balanced(bag, pairs.negative, pairs.page, kind)
    return figures


def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(FOLDER)
    model = BertForPreTraining.from_pretrained(FOLDER, attn_implementation="eager").float().eval()
    train = corpus.encode(corpus.documents("train"), tokenizer, progress=True)
    dev = corpus.encode(corpus.documents("dev"), tokenizer)
    rng = np.random.default_rng(0)
    # Several draws of borders and negatives: the classifier gets as many pairs as it can use.
    draws = [corpus.make_pairs(train, LENGTH, rng, 0.25, 0.25) for _ in range(2)]
    pairs = corpus.Pairs(
        *(np.concatenate(parts) for parts in zip(*(vars(d).values() for d in draws), strict=True))
    )
    measured = corpus.make_pairs(dev, LENGTH, rng, 1 / 3, 1 / 3)
    tried = {}
    for C in (0.03, 0.1, 0.3, 1.0):
        fitted = BagOfWords(len(tokenizer), C).fit(train, pairs)
        tried[C] = (float((fitted.answers(dev, measured) == measured.next_sentence_label).mean()), fitted)
    best = max(tried, key=lambda C: tried[C][0])
    print("bag of words on dev:", {C: round(value, 3) for C, (value, _) in tried.items()}, flush=True)
    frequent = int(np.bincount(train.ids).argmax())
    result = {
        split: score(model, tokenizer, tried[best][1], frequent, split) for split in ("dev", "test", "unseen")
    }
    result["made_by"] = "data/build/score.py"
    (FOLDER / "test.json").write_text(
        json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
