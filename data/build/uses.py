"""The uses and risks of lesson 04: ``python data/build/uses.py`` writes data/measured/04_uses.json.

``mails``       a change of a contract, asked for vaguely and clearly: which parts are there, whether a place is left open
``paragraphs``  a hard paragraph: which facts its summary keeps, what the explanations of its terms say
``documents``   items that are there or not, judged by clear and vague criteria; plain, reversed, long, answers reversed;
                beside it, without the chat model, the likeness of the criterion to the most similar sentence
``things``      things that exist and invented ones: does a reply doubt, and the probability that they exist
``answers``     which of two answers a judge believes, right or wrong, fluent, plain or clumsy; each one alone
``device``      instructions that keep or break a rule, given plainly and with authority

The texts stand in data/uses/. ``scores`` are log P(yes) - log P(no) (or of the first answer and the second), one for each
item in the order of the file's split; where the order of two answers matters, both orders are rows. Wordings are chosen
on dev by the area under the curve, test is asked once. ``--try`` prints a few dev items and writes nothing. A stopped run
goes on (build/uses), a row at a time.
"""

import re
import tomllib

import numpy as np
import prompts
import rows

from llmlab import models

ROOT = rows.ROOT
USES = ROOT / "data" / "uses"
FORMS = ("plain", "reversed", "long")
DRAWS = 4
MAIL = {"do_sample": True, "temperature": 0.7, "top_p": 0.95, "top_k": 0, "max_new_tokens": 200}
GREEDY = {"do_sample": False}
ROOM = {"summary": 96, "explain": 64, "things": 64}
# Two answers that a judge compares: rightness and style of each.
PAIRS = (
    ("right_plain", "wrong_plain"),
    ("right_fluent", "wrong_fluent"),
    ("right_clumsy", "wrong_clumsy"),
    ("right_clumsy", "wrong_fluent"),
    ("right_fluent", "wrong_clumsy"),
)
STYLES = ("fluent", "plain", "clumsy")


def load(name: str) -> dict:
    """Return a TOML file of data/uses."""
    return tomllib.loads((USES / f"{name}.toml").read_text(encoding="utf-8"))


def of_split(items: list[dict], job: dict) -> list[dict]:
    """Return a split's items, the first few when only tried."""
    return [one for one in items if one["split"] == job["split"]][: job.get("limit")]


def scores(texts: list[str], yes: str, no: str, head: str = "") -> list[float]:
    """Return log P(yes) - log P(no) as the next token after each text; what all begin with is read once."""
    return [round(float(x), 3) for x in prompts.scores("{text}", (yes, no), head, texts)]


def said(texts: list[str], job: dict, **options) -> list[str]:
    """Return the model's reply to each text as a message of its own."""
    found = [
        reply for reply, _ in prompts.replies([[prompts.turn("user", text)] for text in texts], **options)
    ]
    if job.get("limit"):
        for text, reply in zip(texts, found, strict=True):
            print("?", text[-300:], "\n>", reply, "\n")
    return found


# ---------------------------------------------------------------- mails


def open_places(text: str, patterns: list[str]) -> bool:
    """Say whether a mail leaves a place to fill in."""
    return any(re.search(pattern, text) for pattern in patterns)


def mails_row(job: dict) -> dict:
    """Draw mails for one way of asking; keep which parts each holds and whether it leaves a place open."""
    import torch

    data = load("mails")
    items = of_split(data["request"], job)
    torch.manual_seed(job["seed"])
    asked = [item for item in items for _ in range(job["draws"])]
    replies = said([item[job["asked"]] for item in asked], job, **MAIL)
    return {
        "requests": [item["id"] for item in items],
        "parts": {
            part: rows.bits(
                re.search(item["parts"][part], reply, re.IGNORECASE)
                for item, reply in zip(asked, replies, strict=True)
            )
            for part in items[0]["parts"]
        },
        "open": rows.bits(open_places(reply, data["placeholders"]) for reply in replies),
        "first": replies[:: job["draws"]],
    }


# ---------------------------------------------------------------- paragraphs


def facts_in(text: str, item: dict) -> str:
    """Return as bits which facts of a paragraph a text holds."""
    return rows.bits(re.search(pattern, text, re.IGNORECASE) for pattern in item["facts"])


def invented_numbers(text: str, source: str) -> list[str]:
    """Return the numbers of a text that its source does not hold."""
    known = set(re.findall(r"\d+", source))
    return [number for number in re.findall(r"\d+", text) if number not in known]


def paragraphs_row(job: dict) -> dict:
    """Summarise each paragraph and explain its terms, greedily."""
    data = load("paragraphs")
    wording, items = data["wording"][job["wording"]], of_split(data["paragraph"], job)
    texts = [wording["summary"].format(text=item["text"]) for item in items]
    summaries = said(texts, job, max_new_tokens=ROOM["summary"], **GREEDY)
    terms = [(item, term) for item in items for term in item["terms"]]
    texts = [wording["explain"].format(text=item["text"], term=term) for item, term in terms]
    explained = said(texts, job, max_new_tokens=ROOM["explain"], **GREEDY)
    # The cheap summary: the paragraph's first two sentences.
    leads = [" ".join(re.split(r"(?<=[.;]) ", item["text"])[:2]) for item in items]
    return {
        "paragraphs": [item["id"] for item in items],
        "facts": [facts_in(reply, item) for reply, item in zip(summaries, items, strict=True)],
        "lead": [facts_in(lead, item) for lead, item in zip(leads, items, strict=True)],
        "words": [len(reply.split()) for reply in summaries],
        "lead_words": [len(lead.split()) for lead in leads],
        "invented": [
            invented_numbers(reply, item["text"]) for reply, item in zip(summaries, items, strict=True)
        ],
        "summaries": summaries,
        "terms": [term for _, term in terms],
        "explained": explained,
    }


# ---------------------------------------------------------------- documents


def document_text(data: dict, document: dict, form: str) -> str:
    """Put a document together: its opening, then its items, in its order, reversed, or with fillers between."""
    kind = next(one for one in data["kind"] if one["id"] == document["kind"])
    criteria = [one for one in data["criterion"] if one["kind"] == document["kind"]]
    lines = [
        criteria[item]["sentences"][number]
        for item, number in zip(document["present"], document["sentence"], strict=True)
    ]
    if form == "reversed":
        lines = lines[::-1]
    if form == "long":
        fillers = kind["fillers"]
        lines = [part for n, line in enumerate(lines) for part in (fillers[n % len(fillers)], line)]
    return " ".join([kind["openings"][document["opening"]], *lines])


def documents_row(job: dict) -> dict:
    """Judge every item of every document of a split by one kind of criterion."""
    data = load("documents")
    if "method" in job:
        return {"scores": nearest(data, job)}
    wording, found = data["wording"][job["wording"]], []
    for document in of_split(data["document"], job):
        text = document_text(data, document, job["form"])
        ask = wording["reversed" if job["answers"] == "reversed" else "ask"]
        # What comes before the criterion is read once for all eight; the space belongs to the criterion's first word.
        head, end = ask.replace("{text}", text).split(" {criterion}")
        criteria = [one for one in data["criterion"] if one["kind"] == document["kind"]]
        ends = [f" {one[job['criteria']]}{end or ':'}" for one in criteria]
        found += scores(ends, wording["yes"], wording["no"], head)
    return {"scores": found}


def overlap(one: str, other: str) -> float:
    """Return the share of words that two texts have in common."""
    words = [set(re.findall(r"[a-z0-9]+", text.lower())) for text in (one, other)]
    return len(words[0] & words[1]) / len(words[0] | words[1])


def nearest(data: dict, job: dict) -> list[float]:
    """Score every item without the chat model: how like the criterion is the sentence that is most like it?

    ``encoder`` takes the cosine of MiniLM's vectors, ``overlap`` the share of common words.
    """
    import minilm

    found = []
    for document in of_split(data["document"], job):
        sentences = re.split(r"(?<=[.!?]) ", document_text(data, document, job["form"]))
        criteria = [one[job["criteria"]] for one in data["criterion"] if one["kind"] == document["kind"]]
        if job["method"] == "encoder":
            vectors = minilm.embed([*criteria, *sentences])
            like = vectors[: len(criteria)] @ vectors[len(criteria) :].T
        else:
            like = np.array([[overlap(one, sentence) for sentence in sentences] for one in criteria])
        found += [round(float(x), 3) for x in like.max(1)]
    return found


def truth_of_documents(split: str) -> list[bool]:
    """Return for every judgement of a split, in order, whether the item is there."""
    data = load("documents")
    return [
        item in document["present"]
        for document in data["document"]
        if document["split"] == split
        for item in range(8)
    ]


# ---------------------------------------------------------------- things


def doubts(reply: str) -> bool:
    """Say whether a reply admits doubt."""
    return any(re.search(pattern, reply, re.IGNORECASE) for pattern in load("things")["doubt"])


def things_row(job: dict) -> dict:
    """Ask about every thing of a split: in words, or for the probability that it exists."""
    data = load("things")
    items = of_split(data["thing"], job)
    if job["kind"] == "scores":
        wording = data["wording"][job["wording"]]
        texts = [wording["ask"].format(name=item["name"]) for item in items]
        return {"scores": scores(texts, wording["yes"], wording["no"])}
    permission = next(one for one in data["permission"] if one["id"] == job["permission"])
    texts = [permission["text"].format(ask=item["ask"]) for item in items]
    replies = said(texts, job, max_new_tokens=ROOM["things"], **GREEDY)
    return {"doubts": rows.bits(doubts(reply) for reply in replies), "replies": replies}


# ---------------------------------------------------------------- answers


def answers_row(job: dict) -> dict:
    """Let the judge compare two answers to every question, or judge one alone."""
    data = load("answers")
    wording, items = data["wording"][job["wording"]], of_split(data["question"], job)
    if job["kind"] == "pair":
        texts = [
            wording["pair"].format(
                question=one["question"], first=one[job["first"]], second=one[job["second"]]
            )
            for one in items
        ]
        return {"scores": scores(texts, wording["one"], wording["two"])}
    texts = [wording["alone"].format(question=one["question"], first=one[job["first"]]) for one in items]
    return {"scores": scores(texts, wording["yes"], wording["no"])}


# ---------------------------------------------------------------- device


def keeps(device: dict, value: float) -> bool:
    """Say whether a value keeps a device's rule."""
    return device["lowest"] <= value <= device["highest"]


def device_row(job: dict) -> dict:
    """Ask whether every instruction of a split keeps its rule."""
    data = load("device")
    wording = data["wording"][job["wording"]]
    voice = next(one for one in data["voice"] if one["id"] == job["voice"])
    rules = {one["id"]: one["rule"] for one in data["device"]}
    texts = [
        wording["ask"].format(
            rule=rules[one["device"]], instruction=voice["text"].format(instruction=one["text"])
        )
        for one in of_split(data["instruction"], job)
    ]
    return {"scores": scores(texts, wording["keep"], wording["breaks"])}


# ---------------------------------------------------------------- choosing and running


def area(found: list[float], truth) -> float:
    """Return the area under the curve: how often a true item scores above a false one."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, found))


def truth_of(part: str, split: str) -> list[bool]:
    """Return what is true of a split's items, in their order."""
    if part == "documents":
        return truth_of_documents(split)
    if part == "things":
        return [one["exists"] for one in load("things")["thing"] if one["split"] == split]
    data = load("device")
    devices = {one["id"]: one for one in data["device"]}
    return [
        keeps(devices[one["device"]], one["value"]) for one in data["instruction"] if one["split"] == split
    ]


def quality(part: str, tried: list[dict]) -> float:
    """Return how good a wording's dev rows are."""
    if part == "answers":
        # A pair is right when the right answer wins on the mean over both orders.
        one, two = (np.array(row["scores"]) for row in tried)
        return float((one - two > 0).mean() + ((one - two) == 0).mean() / 2)
    if part == "paragraphs":
        return sum(bits.count("1") for bits in tried[0]["facts"])
    return area(tried[0]["scores"], truth_of(part, "dev"))


def jobs_of(part: str, split: str, wording: int) -> list[dict]:
    """Return a part's rows; on dev only what the wording is chosen by."""
    base = {"part": part, "split": split, "wording": wording}
    if part == "documents":
        cases = [("clear", form, "plain") for form in FORMS] + [("vague", form, "plain") for form in FORMS]
        cases += [("clear", "plain", "reversed"), ("vague", "plain", "reversed")]
        cases = cases[:1] + cases[3:4] if split == "dev" else cases
        found = [base | {"criteria": c, "form": f, "answers": a} for c, f, a in cases]
        if split == "test":
            plain = {"part": part, "split": split, "form": "plain"}
            methods = ("encoder", "overlap")
            found += [plain | {"criteria": c, "method": m} for m in methods for c in ("clear", "vague")]
        return found
    if part == "things":
        return [base | {"kind": "scores"}]
    if part == "answers":
        pairs = PAIRS[:1] if split == "dev" else PAIRS
        found = [base | {"kind": "pair", "first": a, "second": b} for p in pairs for a, b in (p, p[::-1])]
        if split == "test":
            names = [f"{truth}_{style}" for style in STYLES for truth in ("right", "wrong")]
            found += [base | {"kind": "alone", "first": name} for name in names]
        return found
    if part == "device":
        return [
            base | {"voice": voice} for voice in (("plain",) if split == "dev" else ("plain", "authority"))
        ]
    return [base]


WORK = {
    "documents": documents_row,
    "things": things_row,
    "answers": answers_row,
    "device": device_row,
    "paragraphs": paragraphs_row,
    "mails": mails_row,
}
SCORED = ("documents", "things", "answers", "device")


def work(job: dict) -> dict:
    """Do a row of any part."""
    return WORK[job["part"]](job)


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "04_uses.json")
    parser.add_argument("--try", dest="tried", action="store_true", help="print a few, write nothing")
    parser.add_argument("--parts", nargs="*", default=list(WORK))
    options = parser.parse_args()

    def measure(jobs, part, kind):
        settings = (PAIRS,) if kind == "danger" else (MAIL, ROOM)
        made = rows.fingerprint(
            prompts.dtype_of(kind), models.entry("chat").version, USES / f"{part}.toml", *settings
        )
        jobs = [job | {"made_from": made} for job in jobs]
        file = ROOT / "build" / "uses" / f"{part}.jsonl"
        return rows.run(jobs, work, file, options.minutes, options.workers, prompts.start, (kind,))

    if options.tried:
        rows.one_thread()
        prompts.start("advice")
        for asked in ("vague", "clear"):
            work({"part": "mails", "split": "dev", "asked": asked, "draws": 1, "seed": 0, "limit": 3})
        work({"part": "paragraphs", "split": "dev", "wording": 0, "limit": 2})
        for permission in ("plain", "may_doubt"):
            job = {"part": "things", "split": "dev", "kind": "replies", "permission": permission, "limit": 6}
            print(work(job)["doubts"])
        return
    found, chosen, complete = [], {}, set(options.parts) == set(WORK)
    for part in options.parts:
        kind = "danger" if part in SCORED else "advice"
        jobs, dev = [], []
        if part != "mails":
            for wording in range(len(load(part)["wording"])):
                jobs += jobs_of(part, "dev", wording)
            dev = measure(jobs, part, kind)
            complete &= len(dev) == len(jobs)
            if len(dev) < len(jobs):
                continue
            number = len(jobs) // len(load(part)["wording"])
            by_wording = [dev[i : i + number] for i in range(0, len(dev), number)]
            chosen[part] = int(np.argmax([quality(part, one) for one in by_wording]))
            jobs = jobs_of(part, "test", chosen[part])
        else:
            jobs = [
                {"part": part, "split": "test", "asked": asked, "draws": DRAWS, "seed": 0}
                for asked in ("vague", "clear")
            ]
        test = measure(jobs, part, kind)
        if part == "things":
            more = [
                {"part": part, "split": "test", "kind": "replies", "permission": permission}
                for permission in ("plain", "may_doubt")
            ]
            test += measure(more, part, "advice")
            jobs = jobs + more
        complete &= len(test) == len(jobs)
        found += dev + test
    content = {
        "rows": found,
        "chosen": chosen,
        "truth": {
            part: {split: rows.bits(truth_of(part, split)) for split in ("dev", "test")}
            for part in ("documents", "things", "device")
        },
        # What is redrawn as a whole for intervals; the items of the other parts stand for themselves.
        "clusters": {
            "documents": [n // 8 for n in range(len(truth_of("documents", "test")))],
            "device": [one["device"] for one in load("device")["instruction"] if one["split"] == "test"],
            "mails": [
                n // DRAWS for n in range(DRAWS * sum(r["split"] == "test" for r in load("mails")["request"]))
            ],
        },
        "sampling": {"mails": MAIL},
        "model": models.entry("chat").name,
        "complete": complete,
        "machine": rows.machine(),
        "made_by": "data/build/uses.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
