"""The accelerometer network of lesson 04: ``python data/build/watch.py`` writes data/measured/04_watch.json.

Windows of two seconds that do not overlap. The yes-or-no question of ``llmlab.watch`` (``raised``), and which of the
seven exercises it is. Every window is asked once, in ten folds that differ only in what stays together:

``windows``     nothing: windows of one person, and of one recording, stand on both sides
``recordings``  a recording stays whole, a person stands on both sides
``people``      a person stays whole
``seen``        no folds: fitted on every window and then asked those same windows (the correction that is wrong)

Methods: the lecture's ``network`` (twice 64 ReLU, dropout 0.5; 10 epochs, batch 32, nothing chosen), ``logistic`` on
mean, spread, lowest and highest value of each channel, ``frequent`` (the training windows' most frequent class).
``right`` has one 1 or 0 a window; redraw whole people for intervals (``person``). A stopped run goes on (build/watch).
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np
import rows

from llmlab import watch

ROOT = rows.ROOT
FOLDS, SEEDS, EPOCHS, BATCH = 10, 2, 10, 32
SPLITS = ("windows", "recordings", "people", "seen")


def folds(split: str, data: watch.Windows, seed: int) -> np.ndarray:
    """Return each window's fold; whole groups are dealt to the folds in nearly equal numbers.

    Recordings are dealt exercise by exercise: folds of few groups whose classes differ would punish every method.
    """
    groups = {"windows": np.arange(len(data.person)), "recordings": data.recording, "people": data.person}[
        split
    ]
    names, first = np.unique(groups, return_index=True)
    dealt, rng = np.empty(len(names), int), np.random.default_rng(seed)
    kinds = data.exercise[first] if split == "recordings" else np.zeros(len(names), int)
    for kind in np.unique(kinds):
        places = np.flatnonzero(kinds == kind)
        dealt[places] = rng.permutation(len(places)) % FOLDS
    return dealt[np.searchsorted(names, groups)]


def features(signals: np.ndarray) -> np.ndarray:
    """Return mean, spread, lowest and highest value of each channel: shape (windows, 24)."""
    parts = signals.mean(1), signals.std(1), signals.min(1), signals.max(1)
    return np.concatenate(parts, axis=1)


def network(train_x, train_y, test_x, classes: int, seed: int) -> np.ndarray:
    """Train the lecture's network and return its answers."""
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    mean, spread = train_x.mean((0, 1)), train_x.std((0, 1))
    train_x, test_x = (((x - mean) / spread).reshape(len(x), -1) for x in (train_x, test_x))
    last = keras.layers.Dense(1, "sigmoid") if classes == 2 else keras.layers.Dense(classes, "softmax")
    model = keras.Sequential(
        [
            keras.layers.Dense(64, "relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dropout(0.5),
            last,
        ]
    )
    loss = "binary_crossentropy" if classes == 2 else "sparse_categorical_crossentropy"
    model.compile(optimizer="adam", loss=loss)
    model.fit(train_x, train_y, epochs=EPOCHS, batch_size=BATCH, verbose=0)
    found = model.predict(test_x, batch_size=512, verbose=0)
    return (found[:, 0] > 0.5).astype(int) if classes == 2 else found.argmax(1)


def logistic(train_x, train_y, test_x, classes: int, seed: int) -> np.ndarray:
    """Fit a logistic regression on simple features and return its answers."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(
        features(train_x), train_y
    )
    return fitted.predict(features(test_x))


def frequent(train_x, train_y, test_x, classes: int, seed: int) -> np.ndarray:
    """Answer the most frequent class of the training windows."""
    return np.full(len(test_x), np.bincount(train_y).argmax())


METHODS = {"network": network, "logistic": logistic, "frequent": frequent}


def row(job: dict) -> dict:
    """Ask every window once and return which answers are right."""
    data = watch.windows()
    truth = {"raised": data.raised, "exercise": data.exercise}[job["question"]]
    classes = int(truth.max()) + 1
    method, found = METHODS[job["method"]], np.empty(len(truth), int)
    if job["split"] == "seen":
        found = method(data.signals, truth, data.signals, classes, job["seed"])
    else:
        fold = folds(job["split"], data, job["seed"])
        for number in range(FOLDS):
            test = fold == number
            # A person stands in one fold only when people stay whole: said here so that it cannot be broken.
            if job["split"] == "people":
                assert not set(data.person[test]) & set(data.person[~test])
            found[test] = method(
                data.signals[~test], truth[~test], data.signals[test], classes, 100 * job["seed"] + number
            )
    return {"accuracy": round(float((found == truth).mean()), 4), "right": rows.bits(found == truth)}


def main() -> None:
    options = rows.options(__doc__.splitlines()[0], "04_watch.json").parse_args()
    made_from = rows.fingerprint(ROOT / "llmlab" / "watch.py", FOLDS, EPOCHS, BATCH)
    jobs = [
        {"question": question, "method": method, "split": split, "seed": seed, "made_from": made_from}
        for seed in range(options.seeds or SEEDS)
        for question in ("raised", "exercise")
        for method in METHODS
        for split in SPLITS
        if (seed == 0 and (method == "network" or split != "seen"))
        # Further seeds only for the comparison that the lesson is about.
        or ((question, method) == ("raised", "network") and split in ("windows", "people"))
    ]
    found = rows.run(jobs, row, ROOT / "build" / "watch" / "rows.jsonl", options.minutes, options.workers)
    data = watch.windows()
    content = {
        "rows": found,
        "n": len(data.person),
        "person": data.person.tolist(),
        "recording": data.recording.tolist(),
        "raised": rows.bits(data.raised),
        "exercise": "".join(map(str, data.exercise)),
        "questions": {"raised": list(watch.RAISED), "exercise": list(watch.EXERCISES)},
        "training": {"folds": FOLDS, "epochs": EPOCHS, "batch": BATCH, "seconds": 2.0, "hertz": watch.HERTZ},
        "complete": len(found) == len(jobs),
        "machine": rows.machine(),
        "made_by": "data/build/watch.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
