"""When lesson 02's search says "not in the documents": ``python data/build/refusal.py`` writes data/measured/02_refusal.json.

The signal and its threshold are chosen on all questions of data/rag/questions.toml, whose split "test" was scored before
(data/measured/02_rag.json: on the 105 questions of dev alone a threshold is too uncertain, and two answerable questions
too many were refused). The questions of data/rag/refusal_questions.toml were written afterwards and are scored once.

Chunks, method and k are those that rag.py chose. No language model is asked: the signals are there before the answer.
"""

import json

import numpy as np
import rag as search
import rows

MOST_REFUSED = 0.15  # the goal, as in rag.py
MARGIN = 0.02  # what is kept back on the earlier questions, so that others may fall out a little worse


def signals(asked: list[dict], chosen: dict) -> dict[str, np.ndarray]:
    """Return each signal's value for every question: the lower, the less do the documents seem to say."""
    found, table = search.scores(
        {name: chosen[name] for name in ("size", "titles")}, [q["question"] for q in asked]
    )
    best = -np.sort(-table["minilm"], axis=1)
    method = search.hybrid(chosen["bm25_share"]) if chosen["method"] == "hybrid" else chosen["method"]
    order = np.argsort(-table[method], axis=1, kind="stable")
    shown = [[found[i] for i in line[: chosen["k"]]] for line in order]
    values = {
        "first": best[:, 0],
        "five": best[:, :5].mean(axis=1),
        "bm25": table["bm25"].max(axis=1),
        "sentence": search.nearest_sentence(asked, shown)["near"],
    }
    return {name: np.round(np.array(value, dtype=float), 4) for name, value in values.items()}


def choose(values: dict[str, np.ndarray], answerable: np.ndarray) -> dict:
    """Choose the signal that refuses most of the unanswerable at ``MOST_REFUSED - MARGIN`` of the answerable."""
    tried = {}
    for name, signal in values.items():
        good = np.sort(signal[answerable])
        threshold = float(good[int((MOST_REFUSED - MARGIN) * len(good))])  # refused: below it
        tried[name] = {"threshold": threshold, "refused": float((signal[~answerable] < threshold).mean())}
    best = max(tried, key=lambda name: tried[name]["refused"])
    return {"signal": best, "threshold": tried[best]["threshold"], "tried": tried}


def main() -> None:
    options = rows.options(__doc__.splitlines()[0], "02_refusal.json").parse_args()
    from llmlab import models, rag

    rows.one_thread()
    chosen = json.loads((rows.MEASURED / "02_rag.json").read_text(encoding="utf-8"))["chosen"]
    asked = {"dev": rag.questions("dev") + rag.questions("test"), "test": rag.refusal_questions()}
    values = {split: signals(some, chosen) for split, some in asked.items()}
    answerable = {split: np.array([bool(one["answers"]) for one in some]) for split, some in asked.items()}
    refusal = choose(values["dev"], answerable["dev"])
    everything = []
    for split in asked:
        for wanted in (True, False):
            scores = values[split][refusal["signal"]][answerable[split] == wanted]
            everything.append({"split": split, "answerable": wanted, "scores": scores.tolist()})
            print(
                split,
                "answerable:",
                wanted,
                "refused",
                round(float((scores < refusal["threshold"]).mean()), 3),
            )
    about = {
        "most_refused": MOST_REFUSED,
        "margin": MARGIN,
        "encoder": models.entry("encoder", "cpu").name,
        "machine": rows.machine(),
        "made_by": "data/build/refusal.py",
    }
    rows.write(options.out, {"rows": everything, "refusal": refusal} | about)


if __name__ == "__main__":
    main()
