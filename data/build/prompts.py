"""The prompt comparisons of lesson 01: ``python data/build/prompts.py PART`` writes data/measured/01_PART.json.

``extraction``  date and people from a message: vague and clear instruction, 0, 1 and 4 examples, free and constrained
``problems``    word problems answered at once or step by step; the wording is chosen on dev, then test is asked once
``advice``      the project leader's question, vague and clear: which topics the answers mention
``danger``      film sentences, good or bad: no examples, four of one answer, two of each; the scores themselves are kept

The wordings stand in data/prompts/wordings.toml. Greedy decoding (advice: sampling with a seed a row). ``--try`` asks
a few dev items, prints the replies and writes nothing. A stopped run goes on (build/prompts), a row at a time.
"""

import re
import tomllib
from collections.abc import Callable

import numpy as np
import prefix
import rows

ROOT = rows.ROOT
PROMPTS = ROOT / "data" / "prompts"
BATCH = 32
TRIED = 4

# instruction, number of examples; with examples each of the three sets is asked
EXTRACTION = (("vague", 0), ("clear", 0), ("clear", 1), ("vague", 4), ("clear", 4))
MONTHS = "January February March April May June July August September October November December".split()
NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
MOST_PEOPLE = 20

FAMILIES = ("arithmetic", "letters", "tracking")
METHODS = ("direct", "steps")
EXAMPLES = (0, 3)
ROOM = {("direct", 0): 64, ("direct", 3): 16, ("steps", 0): 192, ("steps", 3): 128}
EVERY = 3  # of the dev items: the wordings are chosen on a third of them

FILMS = {"train": 400, "dev": 120, "test": 240}
# answers of the examples in order, 1 good and 0 bad: none, all good, all bad, two of each in two orders
PATTERNS = ("", "1111", "0000", "1010", "0101")
DRAWS = 3

ANSWERS = 40
SAMPLING = {"do_sample": True, "temperature": 0.7, "top_p": 0.95, "top_k": 0, "max_new_tokens": 256}

_model = _tokenizer = None


def load(name: str) -> dict:
    """Return a TOML file of data/prompts."""
    return tomllib.loads((PROMPTS / f"{name}.toml").read_text(encoding="utf-8"))


WORDS = load("wordings")


# ---------------------------------------------------------------- asking the model


def dtype_of(part: str) -> str:
    """Return what a part computes in: replies in the machine's fast type, probabilities and sums in float32."""
    return rows.fast_dtype() if part in ("extraction", "advice") else "float32"


def start(part: str) -> None:
    """Load the chat model once in each process."""
    global _model, _tokenizer
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llmlab import models

    folder = models.path("chat")
    _tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    _model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype_of(part))).eval()


def turn(role: str, content: str) -> dict:
    """Return one message of a conversation."""
    return {"role": role, "content": content}


def replies(chats: list[list[dict]], allowed: Callable | None = None, batch: int = BATCH, **options) -> list:
    """Return each conversation's reply and its number of tokens; conversations of like length share a batch.

    What all conversations begin with is read once: padding stands between that beginning and each one's own end.
    """
    import torch

    texts = [
        _tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False) for chat in chats
    ]
    ids = _tokenizer(texts, add_special_tokens=False)["input_ids"]
    shared = min(rows.common_length(ids), min(map(len, ids)) - 1)
    beginning = prefix.read(_model, ids[0][:shared])
    found: list = [None] * len(ids)
    for chosen in prefix.alike([len(one) for one in ids], batch):
        asked = prefix.padded(ids[0][:shared], [ids[i][shared:] for i in chosen], _tokenizer.pad_token_id)
        length = asked["input_ids"].shape[1]
        extra = {"prefix_allowed_tokens_fn": allowed(length)} if allowed else {}
        with torch.no_grad():
            output = _model.generate(
                **asked,
                past_key_values=prefix.repeated(beginning, len(chosen)),
                **({"do_sample": False} | options | extra),
            )
        for i, new in zip(chosen, output[:, length:], strict=True):
            used = int((new != _tokenizer.pad_token_id).sum())
            found[i] = _tokenizer.decode(new, skip_special_tokens=True).strip(), used
    return found


# ---------------------------------------------------------------- extraction


def extraction_chat(item: dict, instruction: str, examples: list[dict], wording: int = 0) -> list[dict]:
    """Return the conversation: each example is a message and its answer, the item comes last."""
    words, chat = WORDS["extraction"], []
    for one in [*examples, item]:
        asked = words["message"].format(instruction=words[instruction][wording], text=one["text"])
        chat.append(turn("user", asked))
        if one is not item:
            chat.append(turn("assistant", words["form"].format(**one)))
    return chat


def in_form(reply: str) -> tuple[str, int] | None:
    """Return date and people of a reply that keeps the form exactly, else None."""
    match = re.fullmatch(rf"date=(\d{{1,2}} (?:{'|'.join(MONTHS)})); people=(\d+)", reply)
    return (match[1], int(match[2])) if match else None


def contains(reply: str, item: dict) -> bool:
    """Say whether the right date and the right number of people stand anywhere in a reply, in any form."""
    day, month = item["date"].split()
    ordinal = rf"{day}(?:st|nd|rd|th)?"
    dates = rf"\b{ordinal} (?:of )?{month}\b|\b{month} (?:the )?{ordinal}\b"
    rest = re.sub(dates, " ", reply, flags=re.IGNORECASE)
    people = rf"\b(?:{item['people']}|{NUMBERS[item['people'] - 1]})\b"
    return rest != reply and bool(re.search(people, rest, flags=re.IGNORECASE))


def by_rule(text: str) -> tuple[str, int] | None:
    """The cheap answer without a model: the first date, and the first other number up to twelve."""
    months = "|".join(MONTHS)
    dates = rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({months})\b|\b({months}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b"
    match = re.search(dates, text)
    if not match:
        return None
    rest = re.sub(dates, " ", text)
    for word in re.findall(r"\b[A-Za-z]+\b|\b\d+\b", rest):
        number = (
            int(word) if word.isdigit() else NUMBERS.index(word.lower()) + 1 if word.lower() in NUMBERS else 0
        )
        if 2 <= number <= 12:
            return f"{match[1] or match[4]} {match[2] or match[3]}", number
    return None


def only_form() -> Callable:
    """Return what constrains a reply to the form: after each beginning, the tokens that may follow."""
    lines = [
        WORDS["extraction"]["form"].format(date=f"{day} {month}", people=people)
        for day in range(1, 32)
        for month in MONTHS
        for people in range(1, MOST_PEOPLE + 1)
    ]
    follow: dict[tuple, set] = {}
    for ids in _tokenizer(lines, add_special_tokens=False)["input_ids"]:
        for i, token in enumerate([*ids, _tokenizer.eos_token_id]):
            follow.setdefault(tuple(ids[:i]), set()).add(token)

    def allowed(length: int) -> Callable:
        return lambda _, ids: list(follow.get(tuple(ids[length:].tolist()), {_tokenizer.eos_token_id}))

    return allowed


def extraction_row(job: dict) -> dict:
    """Ask one prompt for every item of a split."""
    data = load("extraction")
    examples = [one for one in data["example"] if one["set"] == job["set"]][: job["examples"]]
    items = [item for item in data["item"] if item["split"] == job["split"]][: job.get("limit")]
    chats = [extraction_chat(item, job["instruction"], examples, job["wording"]) for item in items]
    said = replies(chats, only_form() if job["constrained"] else None, max_new_tokens=48)
    _show(job, items, said)
    parsed = [in_form(reply) for reply, _ in said]
    return {
        "right": {
            "form": rows.bits(parsed),
            "exact": rows.bits(p == (i["date"], i["people"]) for p, i in zip(parsed, items, strict=True)),
            "contains": rows.bits(contains(reply, i) for (reply, _), i in zip(said, items, strict=True)),
        },
        "tokens": float(np.mean([used for _, used in said])),
    }


def extraction(options, made_from: str) -> dict:
    """Choose both instructions' wordings on dev without examples; then ask every prompt on the test messages."""
    free = {"examples": 0, "set": "-", "constrained": False}
    jobs = [
        {"split": "dev", "instruction": instruction, "wording": wording, **free}
        for instruction in ("vague", "clear")
        for wording in range(len(WORDS["extraction"][instruction]))
    ]
    dev = measure(jobs, extraction_row, options, made_from, "extraction")
    if len(dev) < len(jobs):
        return {"rows": []}
    chosen = {}
    for instruction in ("vague", "clear"):
        tried = [row for row in dev if row["instruction"] == instruction]
        score = [row["right"]["exact"].count("1") + row["right"]["contains"].count("1") for row in tried]
        chosen[instruction] = tried[int(np.argmax(score))]["wording"]
    jobs = [
        {"split": "test", "instruction": instruction, "wording": chosen[instruction]}
        | {"examples": number, "set": one, "constrained": constrained}
        for constrained in (False, True)
        for instruction, number in EXTRACTION
        for one in ("abc" if number else "-")
    ]
    test = measure(jobs, extraction_row, options, made_from, "extraction")
    items = [item for item in load("extraction")["item"] if item["split"] == "test"]
    return {
        "rows": dev + test,
        "chosen": chosen,
        "clusters": [item["frame"] for item in items],
        "distractor": [item["distractor"] for item in items],
        "rule": rows.bits(by_rule(item["text"]) == (item["date"], item["people"]) for item in items),
    }


# ---------------------------------------------------------------- word problems


def problem_chat(item: dict, wording: str, method: str, examples: list[dict]) -> list[dict]:
    """Return the conversation: worked examples answer like the method wants it."""
    chat = []
    for one in [*examples, item]:
        chat.append(turn("user", wording.format(text=one["text"])))
        if one is not item:
            answer = WORDS["problems"]["answer"].format(answer=one["answer"])
            chat.append(
                turn("assistant", answer if method == "direct" else "\n".join([*one["steps"], answer]))
            )
    return chat


def answer_of(reply: str, number: bool) -> str:
    """Return the answer that a reply gives: what follows its last "Answer", else its last number or word."""
    marked = re.findall(r"answer(?: is)?:?\s*(?:the |in )?(-?\d[\d,]*|[A-Za-z]+)", reply, flags=re.IGNORECASE)
    if not marked:
        marked = re.findall(r"-?\d[\d,]*" if number else r"[A-Za-z]+", reply)
    return marked[-1].replace(",", "").lower() if marked else ""


def problem_items(split: str, family: str) -> list[dict]:
    """Return a family's items of a split; three examples, one of each kind."""
    from llmlab import problems

    found = [item for item in problems.items() if (item["split"], item["family"]) == (split, family)]
    if split == "example":
        return list({item["template"]: item for item in reversed(found)}.values())[::-1]
    return found[::EVERY] if split == "dev" else found


def problem_row(job: dict) -> dict:
    """Ask one family's items of a split with one prompt."""
    items = problem_items(job["split"], job["family"])[: job.get("limit")]
    examples = problem_items("example", job["family"])[: job["examples"]]
    wording = WORDS["problems"][job["method"]][job["wording"]]
    chats = [problem_chat(item, wording, job["method"], examples) for item in items]
    said = replies(chats, max_new_tokens=ROOM[job["method"], job["examples"]])
    _show(job, items, said)
    return {
        "right": {
            "right": rows.bits(
                answer_of(reply, item["answer"].isdigit()) == item["answer"].lower()
                for (reply, _), item in zip(said, items, strict=True)
            ),
            "form": rows.bits(re.search(r"answer:", reply, flags=re.IGNORECASE) for reply, _ in said),
        },
        "tokens": float(np.mean([used for _, used in said])),
    }


def problems(options, made_from: str) -> dict:
    """Choose each method's wording on dev, over all families together; then ask the test problems once."""
    cells = [(method, number) for number in EXAMPLES for method in METHODS]
    jobs = [
        {"split": "dev", "family": family, "method": method, "examples": number, "wording": wording}
        for method, number in cells
        for wording in range(len(WORDS["problems"][method]))
        for family in FAMILIES
    ]
    dev = measure(jobs, problem_row, options, made_from, "problems")
    if len(dev) < len(jobs):
        return {"rows": []}
    jobs = []
    for method, number in cells:
        score: dict[int, list] = {}
        for row in dev:
            if (row["method"], row["examples"]) == (method, number):
                right = row["right"]["right"]
                score.setdefault(row["wording"], []).append(right.count("1") / len(right))
        best = max(score, key=lambda wording: np.mean(score[wording]))
        jobs += [
            {"split": "test", "family": family, "method": method, "examples": number, "wording": best}
            for family in FAMILIES
        ]
    test = measure(jobs, problem_row, options, made_from, "problems")
    clusters = {
        f"{split}/{family}": [item["template"] for item in problem_items(split, family)]
        for split in ("dev", "test")
        for family in FAMILIES
    }
    return {"rows": dev + test, "clusters": clusters}


# ---------------------------------------------------------------- advice


def advice_row(job: dict) -> dict:
    """Draw answers to one wording of the project leader's question; keep which topics each mentions."""
    import torch

    prompt = next(one for one in load("advice_checklist")["prompt"] if one["id"] == job["prompt"])
    torch.manual_seed(job["seed"])
    said = replies([[turn("user", prompt["text"])]] * job["answers"], batch=job["answers"], **SAMPLING)
    _show(job, [prompt] * len(said), said)
    topics = load("advice_checklist")["topic"]
    return {
        "right": {
            topic["id"]: rows.bits(
                any(re.search(pattern, reply, flags=re.IGNORECASE) for pattern in topic["patterns"])
                for reply, _ in said
            )
            for topic in topics
        },
        "words": [len(reply.split()) for reply, _ in said],
        "cut": rows.bits(used >= SAMPLING["max_new_tokens"] for _, used in said),
    }


def advice(options, made_from: str) -> dict:
    """Draw answers to all six wordings."""
    jobs = [
        {"prompt": prompt["id"], "seed": seed, "answers": ANSWERS // 2}
        for prompt in load("advice_checklist")["prompt"]
        for seed in range(2)
    ]
    return {"rows": measure(jobs, advice_row, options, made_from, "advice"), "sampling": SAMPLING}


# ---------------------------------------------------------------- danger of examples


def films(split: str) -> list:
    """Return as many good as bad film sentences of a split, drawn with a fixed seed, in the order of the source."""
    from llmlab import ratings

    clear = ratings.films(split)
    rng, chosen = np.random.default_rng(0), []
    for label in (1, 0):
        places = [i for i, one in enumerate(clear) if one.label == label]
        chosen += rng.choice(places, FILMS[split] // 2, replace=False).tolist()
    return [clear[i] for i in sorted(chosen)]


def draw_examples(pattern: str, draw: int) -> list:
    """Return four training sentences whose answers follow a pattern of 1 (good) and 0 (bad)."""
    rng, pool = np.random.default_rng((7, draw)), films("train")
    found = []
    for label in pattern:
        left = [one for one in pool if one.label == int(label) and one not in found]
        found.append(left[int(rng.integers(len(left)))])
    return found


def scores(ask: str, answers: tuple[str, str], head: str, texts: list[str], batch: int = BATCH) -> np.ndarray:
    """Return log P(first answer) - log P(second) as the next token after each text; ``head`` is read once."""
    import torch

    words = [_tokenizer.encode(word)[0] for word in answers]
    found = np.empty(len(texts))
    beginning = prefix.read(_model, _tokenizer.encode(head)) if head else None
    with torch.no_grad():
        for chosen in prefix.alike([len(text) for text in texts], batch):
            inputs = _tokenizer(
                [ask.format(text=texts[i]) for i in chosen],
                return_tensors="pt",
                padding=True,
                padding_side="right",
            )
            mask = inputs["attention_mask"]
            last = mask.sum(1) - 1
            cache = prefix.repeated(beginning, len(chosen))
            if cache is not None:
                mask = torch.cat([torch.ones(len(chosen), cache.get_seq_length(), dtype=mask.dtype), mask], 1)
            hidden = _model.model(inputs["input_ids"], attention_mask=mask, past_key_values=cache)
            logits = _model.lm_head(hidden.last_hidden_state[torch.arange(len(chosen)), last])[:, words]
            found[chosen] = (logits[:, 0] - logits[:, 1]).double().numpy()
    return found


def danger_row(job: dict) -> dict:
    """Score a split's film sentences with one wording and one draw of examples."""
    wording = WORDS["danger"]["wording"][job["wording"]]
    answers = wording["positive"], wording["negative"]
    examples = draw_examples(job["pattern"], job["draw"])
    head = "".join(wording["ask"].format(text=one.text) + answers[1 - one.label] + "\n\n" for one in examples)
    texts = [one.text for one in films(job["split"])]
    return {"scores": [round(float(x), 3) for x in scores(wording["ask"], answers, head, texts)]}


def danger(options, made_from: str) -> dict:
    """Choose the wording on dev without examples; then score dev (for thresholds) and test with every pattern."""
    jobs = [
        {"split": "dev", "wording": number, "pattern": "", "draw": 0}
        for number in range(len(WORDS["danger"]["wording"]))
    ]
    tried = measure(jobs, danger_row, options, made_from, "danger")
    if len(tried) < len(jobs):
        return {"rows": []}
    labels = {split: [one.label for one in films(split)] for split in ("dev", "test")}
    right = [np.mean((np.array(row["scores"]) > 0) == np.array(labels["dev"])) for row in tried]
    best = int(np.argmax(right))
    jobs = [
        {"split": split, "wording": best, "pattern": pattern, "draw": draw}
        for split in ("dev", "test")
        for pattern in PATTERNS
        for draw in range(DRAWS if pattern else 1)
        if split == "test" or pattern
    ]
    rest = measure(jobs, danger_row, options, made_from, "danger")
    if len(rest) < len(jobs):
        return {"rows": []}
    blocks = {split: [one.group for one in films(split)] for split in ("dev", "test")}
    found = {"rows": tried + rest, "chosen": best, "labels": labels, "clusters": blocks}
    return found | {"tfidf": counted_words(), "tfidf_labels": FILMS["train"]}


def counted_words() -> str:
    """The cheap answer without a model: TF-IDF with logistic regression on the sentences that examples come from."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train, test = films("train"), films("test")
    guess = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10))
    guess.fit([one.text for one in train], [one.label for one in train])
    return rows.bits(guess.predict([one.text for one in test]) == [one.label for one in test])


# ---------------------------------------------------------------- running


_shown = False


def _show(job: dict, items: list[dict], said: list) -> None:
    if not _shown:
        return
    print(job)
    for item, (reply, used) in zip(items, said, strict=True):
        wanted = item.get("answer") or f"{item.get('date')} {item.get('people')}"
        print(f"  {item['id']:10} {wanted:16} {used:3} {reply[:160]!r}", flush=True)


def measure(jobs: list[dict], work: Callable, options, made_from: str, part: str) -> list[dict]:
    """Return the rows of the jobs, those already done from build/."""
    file = ROOT / "build" / "prompts" / f"{part}.jsonl"
    jobs = [job | {"made_from": made_from} for job in jobs]
    return rows.run(jobs, work, file, options.minutes, options.workers, start, (part,))


def attempt(part: str) -> None:
    """Ask a few dev items and print the replies; the advice has no dev items: one answer of few tokens is drawn."""
    global _shown
    _shown = True
    rows.one_thread()
    start(part)
    if part == "extraction":
        for instruction, number, constrained in (
            ("clear", 0, False),
            ("clear", 4, False),
            ("vague", 0, True),
        ):
            job = {"split": "dev", "instruction": instruction, "wording": 0, "examples": number}
            job |= {"set": "a" if number else "-", "constrained": constrained, "limit": TRIED}
            print(extraction_row(job)["tokens"])
    elif part == "problems":
        for method, number in (("direct", 0), ("direct", 3), ("steps", 3)):
            job = {"split": "dev", "family": "arithmetic", "method": method, "examples": number, "wording": 0}
            print(problem_row(job | {"limit": TRIED})["tokens"])
    elif part == "danger":
        for pattern in ("", "1111"):
            print(danger_row({"split": "dev", "wording": 0, "pattern": pattern, "draw": 0})["scores"][:8])
    else:
        SAMPLING["max_new_tokens"] = 24
        print(advice_row({"prompt": "v1", "seed": 999, "answers": 1})["words"])


PARTS = {"extraction": extraction, "problems": problems, "advice": advice, "danger": danger}


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument(
        "--try", dest="attempt", action="store_true", help="a few dev items, nothing is written"
    )
    options = parser.parse_args()
    if options.attempt:
        return attempt(options.part)
    from llmlab import models

    own = {
        "extraction": ["extraction"],
        "problems": ["word_problems"],
        "advice": ["advice_checklist"],
        "danger": [],
    }
    words = WORDS.get(options.part, SAMPLING)
    files = [PROMPTS / f"{name}.toml" for name in own[options.part]]
    made_from = rows.fingerprint(*files, words, models.entry("chat").sha256)
    found = PARTS[options.part](options, made_from)
    if not found["rows"]:
        return
    out = options.out if options.out.suffix else options.out / f"01_{options.part}.json"
    about = {
        "model": models.entry("chat").name,
        "dtype": dtype_of(options.part),
        "machine": rows.machine(),
        "made_by": "data/build/prompts.py",
    }
    rows.write(out, found | about)


if __name__ == "__main__":
    main()
