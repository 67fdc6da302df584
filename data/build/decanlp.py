"""Lesson 07's measurements: one model for five tasks (data/measured/07_decanlp.json, data/models/decanlp-lora).

``python data/build/decanlp.py``, in stages, each of which goes on where it stopped (build/decanlp):

``wordings``  SmolLM2 without training, eight wordings of each task, dev and test; the context is read once for all
``shots``     with four examples before the item, in the wording that is best on dev
``lora``      one adapter for all tasks against one for each, on the same items
``soft``      a soft prompt learnt from 200 labels, three seeds, against the best wording with the same labels
``words``     the answer's words restricted to the question, the context, the whole vocabulary, or spans of the context
``baselines`` answers without a language model

Wordings, thresholds and rates are chosen on dev, test is scored once. Greedy decoding, bfloat16 where the CPU has it.
"""

import copy
import re
import time

import numpy as np
import prefix
import rows

from llmlab import claims, decanlp, models

CONTEXT, ASK = "Context: {context}\n", "Question: {question}\nAnswer:"
ROOM = {"qa": 10, "translation": 40, "headline": 12, "entailment": 4, "sentiment": 4}
# Without training or examples the model translates nothing: it explains in English, and the rest need not be read.
SHORT = {"translation": 16}
SHOTS, DRAWS = 4, 1
BATCH = 25
WORDS_ITEMS = 200  # of sentiment, where words are restricted (each answer is written out)
LORA = {"rank": 8, "layers": 16, "rate": 1e-3, "items": 360, "epochs": 2, "batch": 10}
SOFT = {"labels": 200, "epochs": 3, "batch": 10}
RATES = (3e-3, 1e-2)
SEEDS = (0, 1, 2)
SINGLE = tuple(decanlp.TASKS)
FOLDER = rows.ROOT / "data" / "models" / "decanlp-lora"

_tokenizer = _model = None


def start() -> None:
    """Load SmolLM2."""
    global _tokenizer, _model
    _tokenizer, _model = chat_model()


def chat_model():
    """Return SmolLM2's tokenizer and untouched model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = models.path("chat", "cpu")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, rows.fast_dtype())).eval()
    return AutoTokenizer.from_pretrained(folder), model


def newlines() -> list[int]:
    """Return the tokens that end an answer: those with a line break in them, and the end of the text."""
    table = _tokenizer.convert_ids_to_tokens(range(len(_tokenizer)))
    return [
        _tokenizer.eos_token_id,
        *(number for number, token in enumerate(table) if token and "Ċ" in token),
    ]


def ids(text: str) -> list[int]:
    """Return a text's tokens."""
    return _tokenizer(text, add_special_tokens=False)["input_ids"]


def shown(item: decanlp.Item, wording: dict) -> str:
    """Return an item with its answer, as an example."""
    triple = decanlp.triple(item, wording)
    return (
        CONTEXT.format(context=triple.context)
        + ASK.format(question=triple.question)
        + f" {triple.answer}\n\n"
    )


# ---------------------------------------------------------------- asking


def ask(
    model,
    items: list,
    wordings: list[dict],
    head: str = "",
    heads: list[str] | None = None,
    allowed=None,
    write=False,
    room=None,
):
    """Return, wording by wording, what a model answers: log P of each label's first token, or the texts.

    Parameters
    ----------
    head, heads
        What stands before every context, or before each one.
    allowed
        From an item and its triple to a function from the answer's tokens so far to the allowed ones.
    write
        Write the answer out also where the task has labels.
    room
        The longest answer in tokens; the task's own otherwise.
    """
    task = items[0].task
    found = [[None] * len(items) for _ in wordings]
    beginning = ids(head)
    kept = prefix.read(model, beginning)
    contexts = [
        ids((heads[n] if heads else "") + CONTEXT.format(context=one.context)) for n, one in enumerate(items)
    ]
    for chosen in prefix.alike([len(one) for one in contexts], BATCH):
        cache = prefix.repeated(kept, len(chosen))
        read = prefix.padded(beginning, [contexts[n] for n in chosen], 0)
        _, cache = forward(model, read, cache)
        for number, wording in enumerate(wordings):
            triples = [decanlp.triple(items[n], wording) for n in chosen]
            ends = prefix.padded([], [ids(ASK.format(question=one.question)) for one in triples], 0)
            full = {name: _cat(read[name], ends[name]) for name in read}
            if "answers" in wording and not write:
                values = label_scores(model, full, copy.deepcopy(cache), wording["answers"])
            else:
                rules = (
                    [allowed(items[n], one) for n, one in zip(chosen, triples, strict=True)]
                    if allowed
                    else None
                )
                values = written(model, full, copy.deepcopy(cache), room or ROOM[task], rules)
            for place, value in zip(chosen, values, strict=True):
                found[number][place] = value
    return found


def _cat(first, second):
    import torch

    return torch.cat([first, second], 1)


def forward(model, full: dict, cache):
    """Return the vector at the last place, and the cache, which then holds all."""
    import torch

    done = cache.get_seq_length() if cache is not None else 0
    places = (full["attention_mask"].cumsum(1) - 1).clamp(min=0)
    with torch.no_grad():
        output = model.model(
            input_ids=full["input_ids"][:, done:], attention_mask=full["attention_mask"],
            position_ids=places[:, done:], past_key_values=cache, use_cache=True,
        )  # fmt: skip
    return output.last_hidden_state[:, -1], output.past_key_values


def label_scores(model, full: dict, cache, words: list[str]) -> list[list[float]]:
    """Return log P of each label's first token (they differ) among the labels."""
    first = [ids(" " + word)[0] for word in words]
    assert len(set(first)) == len(first), words
    vectors, _ = forward(model, full, cache)
    return among(model, vectors, first)


def among(model, vectors, tokens: list[int]) -> list[list[float]]:
    """Return log P of some next tokens among themselves; in float32, because bfloat16 makes ties."""
    scores = (vectors.float() @ model.lm_head.weight[tokens].float().T).log_softmax(-1)
    return [[round(float(x), 3) for x in row] for row in scores.detach()]


def written(model, full: dict, cache, room: int, rules=None) -> list[str]:
    """Return the answers that a model writes, up to the end of the line."""
    import torch

    width, ends = full["input_ids"].shape[1], newlines()
    options = {}
    if rules:
        options["prefix_allowed_tokens_fn"] = lambda row, tokens: rules[row](tokens[width:].tolist())
    with torch.no_grad():
        output = model.generate(
            **full, past_key_values=cache, do_sample=False, max_new_tokens=room, eos_token_id=ends,
            pad_token_id=_tokenizer.eos_token_id, **options,
        )  # fmt: skip
    return [
        text.split("\n")[0].strip()
        for text in _tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)
    ]


def labels_of(values: list, wording: dict, task: str) -> list[str]:
    """Return the most probable labels, or from written answers the label whose word is the answer."""
    names = decanlp.LABELS[task]
    if "answers" not in wording:  # labels already
        return values
    if isinstance(values[0], str):
        words = {word.lower(): name for word, name in zip(wording["answers"], names, strict=True)}
        return [words.get(re.sub(r"[^\w ]", "", text).strip().lower(), text) for text in values]
    return [names[int(np.argmax(one))] for one in values]


def judged(task: str, values: list, wording: dict, items: list) -> dict:
    """Return the score of one wording with its interval, and each item's own score."""
    said = labels_of(values, wording, task) if task in decanlp.LABELS else values
    each = decanlp.item_scores(task, said, items)
    groups = [one.group for one in items]
    value, low, high = claims.bootstrap(each, decanlp.total, n_resamples=1000, cluster=groups)
    row = {"score": round(value, 3), "low": round(low, 2), "high": round(high, 2), "n": len(items)}
    if task in decanlp.LABELS:
        row["right"] = rows.bits(each > 50)
    else:
        row |= {"each": np.round(each, 1).tolist(), "said": said}
    return row


# ---------------------------------------------------------------- wordings, examples, restricted words


def wording_row(job: dict) -> dict:
    """Ask a task's items in all its wordings."""
    task, items = job["task"], decanlp.items(job["task"], job["split"])
    wordings = decanlp.wordings(task)
    found = ask(_model, items, wordings, room=SHORT.get(task))
    rows_ = [judged(task, values, wording, items) for values, wording in zip(found, wordings, strict=True)]
    if task in decanlp.LABELS:
        for row, values in zip(rows_, found, strict=True):
            row["log_p"] = values
    return {"top": max(row["score"] for row in rows_), "scores": rows_}


def examples(task: str, draw: int) -> list:
    """Return four training items of a task; labels take turns."""
    rng, pool = np.random.default_rng((7, draw)), decanlp.items(task, "train")
    chosen = [pool[n] for n in rng.permutation(len(pool))]
    if task not in decanlp.LABELS:
        return [one for one in chosen if len(one.context.split()) <= 45][:SHOTS]
    names = [decanlp.LABELS[task][n % len(decanlp.LABELS[task])] for n in range(SHOTS)]
    found = []
    for name in names:
        found.append(next(one for one in chosen if one.answers[0] == name and one not in found))
    return found


def memory():
    """Return a function from English sentences to the training segments nearest to them (TF-IDF of letters)."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    pool = decanlp.items("translation", "train")
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    table = words.fit_transform([one.context for one in pool])

    def nearest(texts: list[str], count: int) -> list[list]:
        near = (words.transform(texts) @ table.T).toarray()
        return [[pool[n] for n in np.argsort(-line, kind="stable")[:count]] for line in near]

    return nearest


def shot_row(job: dict) -> dict:
    """Ask in one wording with four examples before each item; for translation the nearest segments."""
    task, items, wording = (
        job["task"],
        decanlp.items(job["task"], job["split"]),
        decanlp.wordings(job["task"])[job["wording"]],
    )
    head, heads = "", None
    if task == "translation":
        near = memory()([one.context for one in items], SHOTS)
        heads = ["".join(shown(one, wording) for one in four[::-1]) for four in near]
    else:
        head = "".join(shown(one, wording) for one in examples(task, job["draw"]))
    values = ask(_model, items, [wording], head, heads)[0]
    row = judged(task, values, wording, items)
    if task in decanlp.LABELS:
        row["log_p"] = values
    return {"score": row["score"], "scores": row}


def token_set(text: str) -> set[int]:
    """Return the tokens of a text's words, with and without a space before them."""
    found = set(ids(text))
    for word in re.findall(r"\w+|[^\w\s]", text):
        found |= {*ids(word), *ids(" " + word)}
    return found


def rule_of(source: str):
    """Return what ``ask`` wants as ``allowed``: the answer's words come from one place alone."""
    ends = set(newlines())

    def words_of(item, triple):
        allowed = sorted(token_set(triple.question if source == "question" else triple.context) | ends)
        return lambda said: allowed

    def spans_of(item, triple):
        parts = [ids(" " + part)[: ROOM["qa"]] for part in _starts(triple.context)]

        def next_tokens(said):
            following = {one[len(said)] for one in parts if one[: len(said)] == said and len(one) > len(said)}
            return sorted(following | (ends if said else set())) or sorted(ends)

        return next_tokens

    return {"question": words_of, "context": words_of, "spans": spans_of, "vocabulary": None}[source]


def _starts(text: str) -> list[str]:
    """Return the rest of a text from each of its words on."""
    return [text[match.start() :] for match in re.finditer(r"(?<!\w)\w", text)]


def words_row(job: dict) -> dict:
    """Let the model write its answers with words from one place alone."""
    task, items, wording = (
        job["task"],
        decanlp.items(job["task"], "test"),
        decanlp.wordings(job["task"])[job["wording"]],
    )
    if task == "sentiment":  # every fifth: both labels, all blocks
        items = items[:: len(items) // WORDS_ITEMS]
    values = ask(_model, items, [wording], allowed=rule_of(job["source"]), write=True)[0]
    row = judged(task, values, wording, items) | {"said": values}
    return {"score": row["score"], "scores": row}


# ---------------------------------------------------------------- adapters


def encoded(items: list, wording: dict) -> list[tuple[list[int], int]]:
    """Return prompts with answers as tokens, and where the answer begins."""
    found = []
    for one in items:
        triple = decanlp.triple(one, wording)
        asked = ids(CONTEXT.format(context=triple.context) + ASK.format(question=triple.question))
        found.append((asked + ids(f" {triple.answer}\n")[:60], len(asked)))
    return found


def loss_of(body, head, batch: list[tuple[list[int], int]], before=None):
    """Return the mean loss of the answers' tokens; ``before`` are vectors in front of each prompt."""
    import torch

    width = max(len(tokens) for tokens, _ in batch)
    table = torch.zeros((len(batch), width), dtype=torch.long)
    places, wanted = [], []
    for line, (tokens, answer) in enumerate(batch):
        table[line, : len(tokens)] = torch.tensor(tokens)
        places += [(line, place - 1) for place in range(answer, len(tokens))]
        wanted += tokens[answer:]
    lines, columns = torch.tensor(places).T
    if before is None:
        hidden = body(input_ids=table).last_hidden_state
    else:
        vectors = body.embed_tokens(table)
        front = before.to(vectors.dtype).expand(len(batch), -1, -1)
        hidden = body(inputs_embeds=torch.cat([front, vectors], 1)).last_hidden_state[:, before.shape[0] :]
    logits = head(hidden[lines, columns]).float()
    return torch.nn.functional.cross_entropy(logits, torch.tensor(wanted))


def train(parameters, loss, data: list, rate: float, epochs: int, size: int, seed: int) -> list[float]:
    """Train in place (AdamW, warm-up, linearly to zero); return each step's loss."""
    import torch

    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(data)) for _ in range(epochs)])
    steps = [order[n : n + size] for n in range(0, len(order), size)]
    optimizer, losses = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0), []
    for number, chosen in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (number + 1) / (0.1 * len(steps))) * (1 - number / len(steps))
        value = loss([data[n] for n in chosen])
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(round(float(value.detach()), 3))
    return losses


def training_items(task: str) -> list:
    """Return the items that adapters of a task learn from: the same for one task and for all."""
    pool = decanlp.items(task, "train")
    if task == "headline":
        pool = [one for one in pool if len(one.context.split()) <= 60]
    order = np.random.default_rng(11).permutation(len(pool))
    return [pool[n] for n in order[: LORA["items"]]]


def lora_row(job: dict) -> dict:
    """Train an adapter on one task or on all, score it on the tasks that it knows."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    tasks = list(decanlp.TASKS) if job["tasks"] == "all" else [job["tasks"]]
    _, base = chat_model()
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    options = {
        "r": job["rank"],
        "lora_alpha": 2 * job["rank"],
        "target_modules": names,
        "task_type": "CAUSAL_LM",
    }
    blocks = base.config.num_hidden_layers
    if job["layers"] < blocks:
        options |= {
            "layers_to_transform": list(range(blocks - job["layers"], blocks)),
            "layers_pattern": "layers",
        }
    model = get_peft_model(base, LoraConfig(**options))
    data = []
    for task in tasks:
        data += encoded(training_items(task), decanlp.wordings(task)[job["best"][task]])
    inner, begin = model.base_model.model, time.process_time()
    model.train()
    losses = train(
        [weight for weight in model.parameters() if weight.requires_grad],
        lambda batch: loss_of(inner.model, inner.lm_head, batch),
        data, job["rate"], job["epochs"], job["batch"], seed=0,
    )  # fmt: skip
    model.eval()
    seconds = time.process_time() - begin
    if job["tasks"] == "all":
        save(model)
    merged, found = model.merge_and_unload(), {}
    for task in tasks:
        for split in ("dev", "test") if job["tasks"] == "all" else ("test",):
            items, wording = decanlp.items(task, split), decanlp.wordings(task)[job["best"][task]]
            values = ask(merged, items, [wording])[0]
            found[f"{split}/{task}"] = judged(task, values, wording, items)
    return {
        "scores": found,
        "losses": losses,
        "seconds": round(seconds, 1),
        "tokens": sum(len(t) for t, _ in data),
    }


def save(model) -> None:
    """Write the adapter in half precision, without the traces of the machine that made it."""
    model = copy.deepcopy(model)
    model.peft_config["default"].base_model_name_or_path = "HuggingFaceTB/SmolLM2-135M-Instruct"
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.half()
    model.save_pretrained(FOLDER, save_embedding_layers=False)
    (FOLDER / "README.md").unlink(missing_ok=True)


# ---------------------------------------------------------------- soft prompts


def few_labels(seed: int) -> list:
    """Return 200 training sentences, as many good as bad."""
    rng, pool, found = np.random.default_rng((5, seed)), decanlp.items("sentiment", "train"), []
    for label in decanlp.LABELS["sentiment"]:
        same = [one for one in pool if one.answers[0] == label]
        found += [same[n] for n in rng.choice(len(same), SOFT["labels"] // 2, replace=False)]
    return found


def soft_row(job: dict) -> dict:
    """Learn a soft prompt from 200 labels; return log P of the labels."""
    import torch
    from peft import PromptTuningConfig, PromptTuningInit, get_peft_model

    torch.manual_seed(job["seed"])
    _, base = chat_model()
    wording = decanlp.wordings("sentiment")[job["wording"]]
    first = f"Question: {wording['ask']}\n"
    config = PromptTuningConfig(
        task_type="CAUSAL_LM", prompt_tuning_init=PromptTuningInit.TEXT, prompt_tuning_init_text=first,
        num_virtual_tokens=len(ids(first)), tokenizer_name_or_path=str(models.path("chat", "cpu")),
    )  # fmt: skip
    model = get_peft_model(base, config)
    vectors = model.prompt_encoder["default"].embedding.weight
    vectors.data = vectors.data.float()

    def asked(one):
        text = ids(CONTEXT.format(context=one.context) + "Answer:")
        word = wording["answers"][decanlp.LABELS["sentiment"].index(one.answers[0])]
        return text + ids(" " + word)[:1], len(text)

    before = vectors.detach().clone()
    begin = time.process_time()
    losses = train(
        [vectors], lambda batch: loss_of(base.model, base.lm_head, batch, vectors),
        [asked(one) for one in few_labels(job["seed"])], job["rate"], SOFT["epochs"], SOFT["batch"], job["seed"],
    )  # fmt: skip
    seconds = time.process_time() - begin
    items = decanlp.items("sentiment", job["split"])
    values = soft_scores(base, items, vectors.detach(), wording)
    moved = float((vectors.detach() - before).norm() / before.norm())
    row = judged("sentiment", values, wording, items) | {
        "log_p": values,
        "losses": losses[:: max(1, len(losses) // 20)],
    }
    if job["split"] == "dev":
        row["untrained"] = judged("sentiment", soft_scores(base, items, before, wording), wording, items)[
            "score"
        ]
    return {
        "score": row["score"],
        "seconds": round(seconds, 1),
        "tokens": len(vectors),
        "moved": round(moved, 3),
        "scores": row,
    }


def soft_scores(base, items: list, vectors, wording: dict) -> list[list[float]]:
    """Return log P of the labels' first tokens with vectors in front."""
    import torch

    first = [ids(" " + word)[0] for word in wording["answers"]]
    texts, found = (
        [ids(CONTEXT.format(context=one.context) + "Answer:") for one in items],
        [None] * len(items),
    )
    with torch.no_grad():
        front = base.model(inputs_embeds=vectors.to(base.dtype)[None], use_cache=True).past_key_values
        for chosen in prefix.alike([len(one) for one in texts], 50):
            part = prefix.padded([0] * len(vectors), [texts[n] for n in chosen], 0)
            vectors_, _ = forward(base, part, prefix.repeated(front, len(chosen)))
            for n, row in zip(chosen, among(base, vectors_, first), strict=True):
                found[n] = row
    return found


def calibration_row(job: dict) -> dict:
    """Score the 200 labelled sentences in all eight wordings: what choosing and a threshold may learn from."""
    items = few_labels(job["seed"])
    found = ask(_model, items, decanlp.wordings("sentiment"))
    return {"labels": rows.bits(one.answers[0] == "positive" for one in items), "scores": found}


# ---------------------------------------------------------------- without a language model


def rule_answer(item) -> str:
    """Answer a question by rule: of the sentence with most of its words the first number or name not in the question."""
    words, best = set(re.findall(r"\w+", item.slots["question"].lower())), best_sentence(item)
    numbers = (
        r"\d[\d.,:]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
    )
    wanted = (
        numbers
        if re.search(r"how many|how much|when|what time", item.slots["question"], re.I)
        else r"[A-Z]\w+"
    )
    for match in re.finditer(rf"\b(?:{wanted})\b", best):
        if match[0].lower() not in words:
            return match[0]
    return best


def best_sentence(item) -> str:
    """Return the sentence of the context that shares most words with the question."""
    words = set(re.findall(r"\w+", item.slots["question"].lower()))
    return max(
        re.split(r"(?<=[.!?]) ", item.context),
        key=lambda part: len(words & set(re.findall(r"\w+", part.lower()))),
    )


def baseline_rows() -> list[dict]:
    """Return what cheap answers score: the most frequent label, the first words, a rule, the nearest segment."""
    found = []

    def add(task, name, split, said):
        items = decanlp.items(task, split)
        found.append({"task": task, "name": name, "split": split} | judged(task, said, {}, items))

    nearest = memory()
    for split in ("dev", "test"):
        for task in decanlp.LABELS:
            items = decanlp.items(task, split)
            add(task, "most frequent", split, [decanlp.LABELS[task][0]] * len(items))
        add("qa", "rule", split, [rule_answer(one) for one in decanlp.items("qa", split)])
        add("qa", "sentence", split, [best_sentence(one) for one in decanlp.items("qa", split)])
        add(
            "qa",
            "first words",
            split,
            [" ".join(one.context.split()[:5]) for one in decanlp.items("qa", split)],
        )
        texts = [one.context for one in decanlp.items("translation", split)]
        add("translation", "copy", split, texts)
        add("translation", "nearest", split, [four[0].answers[0] for four in nearest(texts, 1)])
        for count in (5, 8, 12, 20):
            said = [" ".join(one.context.split()[:count]) for one in decanlp.items("headline", split)]
            add("headline", f"first {count} words", split, said)
    found += counted("sentiment") + overlap()
    for row in found:
        row.pop("said", None)  # no model is needed to make it again
    return found


def counted(task: str) -> list[dict]:
    """TF-IDF with logistic regression on the training items of sentiment: 200 labels, and all of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    found = []
    for name, pool in (
        ("TF-IDF, 200 labels", few_labels(0)),
        ("TF-IDF, all labels", decanlp.items(task, "train")),
    ):
        guess = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10)
        )
        guess.fit([one.context for one in pool], [one.answers[0] for one in pool])
        for split in ("dev", "test"):
            items = decanlp.items(task, split)
            said = guess.predict([one.context for one in items]).tolist()
            found.append({"task": task, "name": name, "split": split} | judged(task, said, {}, items))
    return found


def overlap() -> list[dict]:
    """Entailment from shared words: most shared words entailment, fewest contradiction; the borders from dev."""

    def share(one):
        words = [set(re.findall(r"\w+", text.lower())) for text in (one.slots["hypothesis"], one.context)]
        return len(words[0] & words[1]) / len(words[0])

    def said(items, low, high):
        return [
            "entailment" if share(one) >= high else "contradiction" if share(one) < low else "neutral"
            for one in items
        ]

    dev = decanlp.items("entailment", "dev")
    grid = [(low / 20, high / 20) for low in range(21) for high in range(low, 22)]
    best = max(grid, key=lambda pair: decanlp_accuracy(said(dev, *pair), dev))
    found = []
    for split in ("dev", "test"):
        items = decanlp.items("entailment", split)
        row = judged("entailment", said(items, *best), {}, items)
        found.append({"task": "entailment", "name": "overlap", "split": split} | row)
    return found


def decanlp_accuracy(said: list[str], items: list) -> float:
    """Return the share of right labels."""
    return float(np.mean([text == one.answers[0] for text, one in zip(said, items, strict=True)]))


# ---------------------------------------------------------------- running

STAGES = ("baselines", "wordings", "shots", "lora", "soft", "words")


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "07_decanlp.json")
    parser.add_argument("--until", choices=STAGES, default=STAGES[-1], help="the last stage")
    options = parser.parse_args()
    begin = time.monotonic()
    chat = models.entry("chat").sha256

    def made(*tasks, **more):
        read = [repr(decanlp.items(task, split)) for task in tasks for split in decanlp.SPLITS]
        words = [decanlp.wordings(task) for task in tasks]
        return rows.fingerprint(read, words, CONTEXT, ASK, chat, sorted(more.items()))

    def done(stage, jobs, work):
        left = options.minutes - (time.monotonic() - begin) / 60
        file = rows.ROOT / "build" / "decanlp" / f"{stage}.jsonl"
        return rows.run(jobs, work, file, left, 0, start)

    content = {"frame": CONTEXT + ASK, "baselines": baseline_rows()}
    last = STAGES.index(options.until)

    def lean(found: list[dict]) -> list[dict]:
        """Return rows without what was answered in the wordings that were not chosen."""
        for row in found:
            for number, one in enumerate(row["scores"]):
                if number != content["best"][row["task"]]:
                    one.pop("said", None)
        return found

    def finish():
        content["complete"] = all(len(content.get(name, ())) for name in ("lora", "soft", "words"))
        content.update(
            model=models.entry("chat").name, dtype=rows.fast_dtype(), machine=rows.machine(),
            made_by="data/build/decanlp.py",
        )  # fmt: skip
        rows.write(
            options.out, {"rows": lean(content.pop("rows", [])) if "best" in content else []} | content
        )

    tasks = list(decanlp.TASKS)[::-1]
    jobs = [
        {"task": t, "split": s, "made_from": made(t, room=SHORT.get(t, ROOM[t]))}
        for s in ("dev", "test")
        for t in tasks
    ]
    if last < 1:
        return finish()
    content["rows"] = done("wordings", jobs, wording_row)
    if len(content["rows"]) < len(jobs):
        return finish()
    best = {
        row["task"]: int(np.argmax([one["score"] for one in row["scores"]]))
        for row in content["rows"]
        if row["split"] == "dev"
    }
    content["best"] = best
    if last < 2:
        return finish()
    jobs = [
        {
            "task": t,
            "split": s,
            "wording": best[t],
            "draw": d,
            "made_from": made(t, room=ROOM[t], shots=SHOTS),
        }
        for s in ("dev", "test")
        for t in tasks
        for d in range(1 if t == "translation" else DRAWS)
    ]
    content["shots"] = done("shots", jobs, shot_row)
    if last < 3:
        return finish()
    jobs = [
        LORA | {"tasks": t, "best": best, "made_from": made(*decanlp.TASKS, room=ROOM)}
        for t in ("all", *SINGLE)
    ]
    found = done("lora", jobs, lora_row)
    if len(found) == len(jobs):
        content["lora"] = found
    if last < 4:
        return finish()
    jobs = [{"seed": seed, "made_from": made("sentiment", **SOFT)} for seed in SEEDS]
    content["calibration"] = done("calibration", jobs, calibration_row)
    base = {"wording": best["sentiment"], "made_from": made("sentiment", **SOFT)}
    tried = done("soft", [base | {"seed": 9, "rate": rate, "split": "dev"} for rate in RATES], soft_row)
    if len(tried) == len(RATES):
        rate = max(tried, key=lambda row: row["score"])["rate"]
        content["soft_dev"] = tried
        content["soft"] = done(
            "soft", [base | {"seed": s, "rate": rate, "split": "test"} for s in SEEDS], soft_row
        )
    if last < 5:
        return finish()
    jobs = [
        {"task": t, "source": source, "wording": best[t], "made_from": made(t, room=ROOM[t], sources=1)}
        for t in tasks
        for source in ("question", "context", "vocabulary", *(["spans"] if t == "qa" else []))
    ]
    content["words"] = done("words", jobs, words_row)
    finish()


if __name__ == "__main__":
    main()
