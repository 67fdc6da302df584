"""Is this film sentence favourable? Fine-tuning against prompting and cheap ways (data/measured/02_film_labels.json).

``python data/build/film_labels.py`` takes 10 to 2,000 labels of llmlab.ratings' train films, three draws each:

``fine_tune``  MiniLM, all layers but the word table trained, a linear layer on the mean of the last vectors
``probe``      the same vectors untouched, logistic regression on them
``tfidf``      TF-IDF with logistic regression
``prompt``     SmolLM2, untrained: is " positive" or " negative" the likelier next word? 0 examples, or 4 balanced ones

Every choice (rate of learning, C, the prompt's threshold) is made on the dev films, which all methods see alike. Test
is scored once. Seconds are of one core's own time, so they do not depend on what else runs. A stopped run goes on
(build/film_labels).
"""

import itertools
import time

import minilm
import numpy as np
import prefix
import rows

from llmlab import ratings

ROOT = rows.ROOT
LABELS = (10, 30, 100, 300, 1000, 2000)
EXAMPLES = 4
SEEDS = 3
MAX_LENGTH = 48  # tokens of a sentence; 5 of 100 are longer
BATCH = 16
# Three epochs, at least 40 steps: fixed beforehand, no run is stopped by its score.
EPOCHS, LEAST = 3, 40
# Tried on dev, with a draw that no scored row has. The cheap ways choose anew for each number of labels; fine-tuning
# chooses once, with DEV_LABELS labels.
GRID = {"fine_tune": (5e-5, 1e-4, 3e-4), "probe": (0.1, 1, 10, 100), "tfidf": (0.1, 1, 10, 100)}
DEV_LABELS, DEV_SEED = 300, 1000
SHOWN = "Review: {text}\nSentiment:"
ANSWERS = (" negative", " positive")


def draw(labels: int, seed: int, films: list | None = None) -> list:
    """Return ``labels`` training sentences, both classes in turn; a seed's smaller draws lie inside its larger ones."""
    films = films or ratings.films("train")
    rng = np.random.default_rng(seed)
    order = [films[place] for place in rng.permutation(len(films))]
    classes = [[one for one in order if one.label == label] for label in rng.permutation(2)]
    return list(itertools.chain.from_iterable(zip(*classes, strict=False)))[:labels]


def answers(films: list) -> np.ndarray:
    """Return the right classes."""
    return np.array([one.label for one in films])


# ---------------------------------------------------------------- MiniLM


def vectors_of(body, tokenizer, texts: list[str]):
    """Return MiniLM's vectors of film sentences, with their gradients."""
    return minilm.mean_vectors(body, tokenizer, texts, MAX_LENGTH)


def in_batches(texts: list[str], compute) -> np.ndarray:
    """Return ``compute`` of all texts in the machine's fast type."""
    import downstream

    with downstream.bf16():
        return minilm.in_batches(texts, compute)


_vectors: dict[str, tuple] = {}


def untouched_vectors(tokenizer, body, texts: list[str]) -> tuple[np.ndarray, float]:
    """Return the untouched body's vectors and the seconds they take; a process computes each text's once."""
    missing = [text for text in texts if text not in _vectors]
    if missing:
        begin = time.process_time()
        found = in_batches(missing, lambda some: vectors_of(body, tokenizer, some))
        each = (time.process_time() - begin) / len(missing)
        _vectors.update((text, (vector, each)) for text, vector in zip(missing, found, strict=True))
    rows_of = [_vectors[text] for text in texts]
    return np.array([vector for vector, _ in rows_of]), sum(seconds for _, seconds in rows_of)


def batches(items: list, steps: int, seed: int):
    """Yield ``steps`` batches, epoch by epoch; sentences of like length share a batch."""
    rng = np.random.default_rng(seed)
    waiting: list[list] = []
    for _ in range(steps):
        if not waiting:
            order = [items[place] for place in rng.permutation(len(items))]
            for first in range(0, len(order), 8 * BATCH):
                some = sorted(order[first : first + 8 * BATCH], key=lambda one: len(one.text))
                waiting += [some[place : place + BATCH] for place in range(0, len(some), BATCH)]
            waiting = [waiting[place] for place in rng.permutation(len(waiting))]
        yield waiting.pop()


def fine_tune(body, tokenizer, items: list, learning_rate: float, steps: int, seed: int):
    """Train the body and a new linear layer, in place; return a function from texts to logits."""
    import downstream
    import torch

    torch.manual_seed(seed)
    head = torch.nn.Linear(body.config.hidden_size, 2)
    torch.nn.init.normal_(head.weight, std=0.02)
    body.embeddings.requires_grad_(False)
    trained = [weight for weight in body.parameters() if weight.requires_grad] + list(head.parameters())
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=0.01, fused=True)
    body.train()
    for step, chosen in enumerate(batches(items, steps, seed)):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * min(1.0, (step + 1) / (0.1 * steps)) * (1 - step / steps)
        with downstream.bf16():
            logits = head(vectors_of(body, tokenizer, [one.text for one in chosen]))
        torch.nn.functional.cross_entropy(logits.float(), torch.tensor(answers(chosen))).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    body.eval()
    return lambda texts: head(vectors_of(body, tokenizer, texts))


# ---------------------------------------------------------------- SmolLM2, untrained


def chat_model():
    """Return SmolLM2's tokenizer and model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llmlab import models

    folder = models.path("chat")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return AutoTokenizer.from_pretrained(folder), model


def prompt_scores(tokenizer, model, films: list, examples: list) -> tuple[np.ndarray, float]:
    """Return log-odds of positive for each sentence, and the mean number of tokens of a prompt."""
    before = "".join(f"{SHOWN.format(text=one.text)}{ANSWERS[one.label]}\n\n" for one in examples)
    ids = tokenizer([before + SHOWN.format(text=one.text) for one in films])["input_ids"]
    shared = rows.common_length(ids)
    negative, positive = (tokenizer(word)["input_ids"] for word in ANSWERS)
    assert len(negative) == len(positive) == 1
    direction = model.lm_head.weight[positive[0]] - model.lm_head.weight[negative[0]]
    return _next_word(model, ids, shared, direction), float(np.mean([len(one) for one in ids]))


def _next_word(model, ids: list[list[int]], shared: int, direction) -> np.ndarray:
    """Return ``direction`` · the last token's vector; what all prompts begin with is read once."""
    import downstream
    import torch

    found = np.zeros(len(ids))
    with torch.inference_mode(), downstream.bf16():
        beginning = prefix.read(model, ids[0][:shared])
        for chosen in prefix.alike([len(one) for one in ids], 32):
            rest = [ids[place][shared:] for place in chosen]
            length = max(map(len, rest))
            # Padding on the right: what comes later changes nothing before it.
            table = torch.tensor([row + [0] * (length - len(row)) for row in rest])
            cache = prefix.repeated(beginning, len(chosen))
            vectors = model.model(table, past_key_values=cache).last_hidden_state
            last = vectors[torch.arange(len(rest)), torch.tensor([len(row) - 1 for row in rest])]
            found[chosen] = (last.float() * direction).sum(1).numpy()  # not in bfloat16
    return found


def best_threshold(scores: np.ndarray, right: np.ndarray) -> float:
    """Return the threshold (between two scores) with the highest accuracy; the middle one of several."""
    values = np.unique(scores)
    between = np.concatenate([[values[0] - 1], (values[1:] + values[:-1]) / 2, [values[-1] + 1]])
    accuracy = np.array([((scores > one) == right).mean() for one in between])
    places = np.flatnonzero(accuracy == accuracy.max())
    return float(between[places[len(places) // 2]])


# ---------------------------------------------------------------- rows


def row(job: dict) -> dict:
    """Return accuracy, n, right or wrong per sentence, and seconds, of one draw and one method."""
    films, items = ratings.films(job["split"]), draw(job["labels"], job["seed"])
    asked, right = [one.text for one in films], answers(films)
    tokens = extra = None
    learning = answering = 0.0  # seconds of vectors that were there already
    begin = time.process_time()
    if job["method"] == "prompt":
        asked_model = chat_model()
        trained = begin = time.process_time()
        scores, tokens = prompt_scores(*asked_model, films, items)
        limit = best_threshold(scores, right) if job["setting"] is None else job["setting"]
        found = scores > limit
        extra = {"threshold": round(limit, 4), "plain": rows.bits((scores > 0) == right)}
    elif job["method"] == "tfidf":
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        fitted = make_pipeline(words, LogisticRegression(C=job["setting"], max_iter=2000))
        fitted.fit([one.text for one in items], answers(items))
        trained = time.process_time()
        found = fitted.predict(asked)
    else:
        tokenizer, body = minilm.load()
        begin = time.process_time()
        if job["method"] == "probe":
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import Normalizer

            learnt, learning = untouched_vectors(tokenizer, body, [one.text for one in items])
            vectors, answering = untouched_vectors(tokenizer, body, asked)
            begin = time.process_time()
            fitted = make_pipeline(Normalizer(), LogisticRegression(C=job["setting"], max_iter=2000))
            fitted.fit(learnt, answers(items))
            trained = time.process_time()
            found = fitted.predict(vectors)
        else:
            steps = max(LEAST, EPOCHS * -(-job["labels"] // BATCH))
            logits = fine_tune(body, tokenizer, items, job["setting"], steps, job["seed"])
            trained = time.process_time()
            found = in_batches(asked, logits).argmax(1)
    end = time.process_time()
    result = {"accuracy": round(float((found == right).mean()), 4), "n": len(right)}
    result |= {
        "train_seconds": round(trained - begin + learning, 2),
        "answer_ms": round(1000 * (end - trained + answering) / len(right), 2),
    }
    return (
        result
        | ({"tokens": round(tokens, 1)} if tokens else {})
        | (extra or {})
        | {"right": rows.bits(found == right)}
    )


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "02_film_labels.json")
    parser.add_argument("--labels", type=int, nargs="*", default=LABELS)
    options = parser.parse_args()
    begin = time.monotonic()
    # A row is done again when the numbers of its method, or the split, have changed.
    split = [(one.number, one.split) for one in ratings.films()]
    parts = {"fine_tune": (EPOCHS, LEAST, MAX_LENGTH, BATCH), "prompt": (SHOWN, ANSWERS)}
    made_from = {name: rows.fingerprint(split, *parts.get(name, ())) for name in (*GRID, "prompt")}

    def job(method, labels, seed, split, setting):
        named = {"method": method, "labels": labels, "seed": seed, "split": split, "setting": setting}
        return named | {"made_from": made_from[method]}

    def done(jobs):
        left = options.minutes - (time.monotonic() - begin) / 60
        return rows.run(jobs, row, ROOT / "build" / "film_labels" / "rows.jsonl", left, options.workers)

    seeds = range(options.seeds or SEEDS)
    few = min(DEV_LABELS, max(options.labels))

    def chosen_with(method, labels):
        return few if method == "fine_tune" else labels

    prompts = [(0, 0), *((EXAMPLES, seed) for seed in seeds)]
    pairs = dict.fromkeys(
        (method, chosen_with(method, labels)) for method in GRID for labels in options.labels
    )
    grid = [job(*pair, DEV_SEED, "dev", setting) for pair in pairs for setting in GRID[pair[0]]]
    tried = done(grid)
    if len(tried) < len(grid):
        return
    best = {}
    for one in tried:
        pair = one["method"], one["labels"]
        if one["accuracy"] > best.get(pair, {"accuracy": 0})["accuracy"]:
            best[pair] = one
    # Seed by seed: a run that is stopped leaves every curve with the same draws.
    jobs = [
        job(method, labels, seed, "test", best[method, chosen_with(method, labels)]["setting"])
        for seed, labels, method in itertools.product(seeds, options.labels, GRID)
    ]
    found = done(jobs)
    asked = done([job("prompt", *key, "dev", None) for key in prompts])
    limits = {(one["labels"], one["seed"]): one["threshold"] for one in asked}
    jobs += [job("prompt", *key, "test", limit) for key, limit in limits.items()]
    found = done(jobs)
    tried += asked
    complete = len(asked) == len(prompts) and len(found) == len(jobs)
    films = ratings.films("test")
    often = int(answers(ratings.films("train")).mean() > 0.5)
    for one in found:
        del one["split"]
    content = {
        "n": len(films),
        "groups": [one.group for one in films],
        # What always answering the training films' most frequent class would give.
        "most_frequent": {"accuracy": round(float((answers(films) == often).mean()), 4), "label": often},
        "dev": len(ratings.films("dev")),
        "training": {"epochs": EPOCHS, "least_steps": LEAST, "batch": BATCH, "tokens": MAX_LENGTH},
        "prompt": SHOWN,
        "chosen_on_dev": [
            {name: one[name] for name in one if name not in ("right", "plain", "split")} for one in tried
        ],
        "rows": found,
        "complete": complete,
        "machine": rows.machine(),
        "made_by": "data/build/film_labels.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
