"""A fact hidden in a long manual: accuracy against length and depth (data/measured/01_needles.json).

``python data/build/needles.py`` hides each test fact of data/prompts/needles.toml at five depths of texts of several
lengths from the Debian handbook, asks for it, and asks once without the fact. ``--try`` asks two dev facts, prints the
replies and writes nothing. A stopped run goes on (build/needles), a row at a time.
"""

import gzip
import json
import re
import tomllib

import rows

ROOT = rows.ROOT
HANDBOOK = ROOT / "data" / "rag" / "handbook.jsonl.gz"
PROMPTS = ROOT / "data" / "prompts"
LENGTHS = (250, 500, 1000, 2000)
DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
ROOM = 24

_model = _tokenizer = _sentences = None
ASK = tomllib.loads((PROMPTS / "wordings.toml").read_text(encoding="utf-8"))["needles"]["ask"]


def sentences() -> list[str]:
    """Return the handbook's sentences in order."""
    found = []
    with gzip.open(HANDBOOK, "rt", encoding="utf-8") as lines:
        for page in map(json.loads, lines):
            for section in page["sections"]:
                for paragraph in section["paragraphs"]:
                    found += re.split(r"(?<=[.!?]) +", " ".join(paragraph.split()))
    return found


def needles(split: str) -> list[dict]:
    """Return the facts of a split."""
    file = PROMPTS / "needles.toml"
    found = tomllib.loads(file.read_text(encoding="utf-8"))["needle"]
    return [one for one in found if one["split"] == split]


def start() -> None:
    """Load the chat model and the handbook once in each process."""
    global _model, _tokenizer, _sentences
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llmlab import models

    folder = models.path("chat")
    _tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    _model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, rows.fast_dtype())).eval()
    _sentences = sentences()


def background(number: int, length: int) -> list[str]:
    """Return about ``length`` tokens of consecutive sentences; each needle has a place of its own in the handbook."""
    first = number * len(_sentences) // 40
    chosen, used = [], 0
    while used < length:
        sentence = _sentences[(first + len(chosen)) % len(_sentences)]
        used += len(_tokenizer(sentence, add_special_tokens=False)["input_ids"]) + 1
        chosen.append(sentence)
    return chosen[:-1]


def right(reply: str, needle: dict) -> bool:
    """Say whether one of the answers stands in a reply as a word."""
    return any(re.search(rf"\b{re.escape(one)}\b", reply, flags=re.IGNORECASE) for one in needle["answers"])


def by_rule(text: list[str], needle: dict) -> str:
    """The cheap answer without a model: the sentence that shares most words with the question."""

    def words(sentence):
        return set(re.findall(r"\w+", sentence.lower()))

    return max(text, key=lambda sentence: len(words(sentence) & words(needle["question"])))


def row(job: dict) -> dict:
    """Ask for one fact in texts of one length, at every depth and without it."""
    import torch
    from transformers import DynamicCache

    found = needles(job["split"])
    number = next(i for i, one in enumerate(found) if one["id"] == job["needle"])
    needle, text = found[number], background(number, job["length"])
    order = (None, *reversed(DEPTHS))  # each shares its beginning with the one before: that part is read once
    said, rule, cache, before = {}, {}, DynamicCache(config=_model.config), []
    for depth in order:
        place = len(text) if depth is None else round(depth * len(text))
        whole = text if depth is None else [*text[:place], needle["fact"], *text[place:]]
        content = ASK.format(document=" ".join(whole), question=needle["question"])
        ids = _tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, return_dict=True
        )["input_ids"]
        if surplus := cache.get_seq_length() - rows.common_length([before, ids[:-1]]):
            cache.crop(-surplus)
        whole_ids, before = torch.tensor([ids]), ids
        with torch.no_grad():
            output = _model.generate(
                input_ids=whole_ids,
                attention_mask=torch.ones_like(whole_ids),
                past_key_values=cache,
                max_new_tokens=ROOM,
                do_sample=False,
            )
        said[depth] = _tokenizer.decode(output[0, len(ids) :], skip_special_tokens=True)
        rule[depth] = right(by_rule(whole, needle), needle)
        if job.get("shown"):
            answer = needle["answers"][0]
            print(
                f"  {needle['id']} {answer:14} depth {depth}, {len(ids)} tokens: {said[depth]!r}", flush=True
            )
    return {
        "right": "".join(str(int(right(said[depth], needle))) for depth in DEPTHS),
        "without": str(int(right(said[None], needle))),
        "rule": "".join(str(int(rule[depth])) for depth in DEPTHS),
    }


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "01_needles.json")
    parser.add_argument(
        "--try", dest="attempt", action="store_true", help="two dev facts, nothing is written"
    )
    options = parser.parse_args()
    if options.attempt:
        rows.one_thread()
        start()
        for one in needles("dev")[:2]:
            print(row({"split": "dev", "needle": one["id"], "length": 250, "shown": True}))
        return
    from llmlab import models

    made_from = rows.fingerprint(HANDBOOK, PROMPTS / "needles.toml", ASK, models.entry("chat").sha256)
    jobs = [
        {"split": "test", "length": length, "needle": one["id"], "made_from": made_from}
        for length in LENGTHS
        for one in needles("test")
    ]
    work = ROOT / "build" / "needles" / "rows.jsonl"
    found = rows.run(jobs, row, work, options.minutes, options.workers, start)
    about = {
        "model": models.entry("chat").name,
        "dtype": rows.fast_dtype(),
        "machine": rows.machine(),
        "made_by": "data/build/needles.py",
    }
    rows.write(options.out, {"rows": found, "depths": DEPTHS} | about)


if __name__ == "__main__":
    main()
