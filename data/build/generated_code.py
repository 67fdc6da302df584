"""Code that SmolLM2 writes, run and judged: ``python data/build/generated_code.py`` writes data/measured/04_code.json.

``completion``  ``is_prime_number`` is written on from its first line (``bare``) and with a docstring (``docstring``),
                many samples; each runs in llmlab.sandbox on small numbers, then on large primes for the time it takes
``repair``      the faulty programs of data/code/faulty.toml: asked with the error's message, asked to write the code
                again without it; the right programs: asked to write them again, and with an error that does not occur

A row holds counts of equal texts, so that texts and judgements can be read. Sampling with a seed a row; the wording of
``repair`` is chosen on the dev programs, test is asked once. ``--try`` prints a few and writes nothing. A stopped run
goes on (build/code), a row at a time.
"""

import ast
import collections
import re
import tomllib

import prefix
import prompts
import rows

from llmlab import models, sandbox

ROOT = rows.ROOT
FAULTY = ROOT / "data" / "code" / "faulty.toml"

# No line break at the end: it belongs to the next token, together with the spaces after it.
STARTS = {
    "bare": "def is_prime_number(n):",
    "docstring": 'def is_prime_number(n):\n    """Return True if n is a prime number, otherwise False."""',
}
SAMPLES, BATCH = {"bare": 200, "docstring": 100}, 50
NUMBERS = list(range(-5, 60))
LARGE = (
    100_003,
    1_000_003,
)  # primes: what tries every divisor below n takes ten times as long for the second
SAMPLING = {"do_sample": True, "temperature": 0.8, "top_p": 0.95, "top_k": 0, "max_new_tokens": 112}
SECONDS = 2.0

DRAWS, DEV_DRAWS = 4, 2
REPAIRING = SAMPLING | {"temperature": 0.7, "max_new_tokens": 112}
# Which program is shown, and what is said about it.
ASKED = {
    "message": ("wrong", "message"),
    "resample": ("wrong", "again"),
    "complaint": ("right", "message"),
    "right_again": ("right", "again"),
}


def prime(n: int) -> bool:
    """Say whether a number is prime."""
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


# ---------------------------------------------------------------- completion


def cut(text: str) -> str:
    """Return a function's body: what comes until the first line that is not indented."""
    kept = []
    for line in text.split("\n"):
        if line.strip() and not line.startswith((" ", "\t")):
            break
        kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def complete(start: str, seed: int, samples: int) -> list[str]:
    """Draw continuations of a text; its keys and values are read once."""
    import torch

    torch.manual_seed(seed)
    tokenizer, model = prompts._tokenizer, prompts._model
    ids = tokenizer.encode(start)
    asked = prefix.padded(ids[:-1], [ids[-1:]] * samples, tokenizer.pad_token_id)
    with torch.no_grad():
        found = model.generate(
            **asked, past_key_values=prefix.repeated(prefix.read(model, ids[:-1]), samples), **SAMPLING
        )
    return tokenizer.batch_decode(found[:, len(ids) :], skip_special_tokens=True)


def counted(texts: list[str]) -> dict[str, int]:
    """Return how often each text occurs, in order of the first time."""
    return dict(collections.Counter(texts))


def completion_row(job: dict) -> dict:
    """Draw completions and judge each different one."""
    start = STARTS[job["start"]]
    bodies = counted([cut(text) for text in complete(start, job["seed"], job["samples"])])
    calls = [f"is_prime_number({n})" for n in (*NUMBERS, *LARGE)]
    results = sandbox.run_many([(start + body, calls) for body in bodies], seconds=SECONDS)
    truth = [repr(prime(n)) for n in NUMBERS]
    judged = []
    for (body, count), result in zip(bodies.items(), results, strict=True):
        said = [value.text if value.ok else "error" for value in result.values]
        small = [one == true for one, true in zip(said, truth, strict=False)]
        small += [False] * (len(NUMBERS) - len(small))
        large = result.values[len(NUMBERS) :]
        judged.append(
            {
                "body": body,
                "count": count,
                "right": rows.bits(small),
                "pass": all(small),
                "reason": result.reason,
                "error": result.error,
                # None: stopped at the limit, or wrong.
                "seconds": [
                    round(large[i].seconds, 4) if i < len(large) and large[i].text == "True" else None
                    for i in range(len(LARGE))
                ],
            }
        )
    if job.get("limit"):
        for one in judged[: job["limit"]]:
            print(one["count"], one["pass"], one["right"], one["reason"], one["seconds"], "\n" + one["body"])
    passed = sum(one["count"] for one in judged if one["pass"])
    return {"samples": job["samples"], "passed": passed, "completions": judged}


# ---------------------------------------------------------------- repair


def program_in(reply: str) -> str:
    """Return the code of a reply: its first block, else the whole reply."""
    block = re.search(r"```(?:python)?[ \t]*\n(.*?)(?:```|\Z)", reply, flags=re.DOTALL)
    return (block[1] if block else reply).strip() + "\n"


def same(one: str, other: str) -> bool:
    """Say whether two texts are the same value, such as ``3`` and ``3.0``."""
    try:
        return ast.literal_eval(one) == ast.literal_eval(other)
    except (ValueError, SyntaxError):
        return one == other


def passes(result: sandbox.Result, program: dict) -> bool:
    """Say whether every call gave what it must."""
    return (
        result.ok
        and len(result.values) == len(program["expected"])
        and all(
            value.ok and same(value.text, expected)
            for value, expected in zip(result.values, program["expected"], strict=True)
        )
    )


def error_of(program: dict) -> str:
    """Return the message that the faulty program ends with."""
    result = sandbox.run(program["wrong"], program["calls"])
    return result.error or next(value.text for value in result.values if not value.ok)


def repair_row(job: dict) -> dict:
    """Ask for every program of a split, a few draws each, and run what comes back."""
    import torch

    data = tomllib.loads(FAULTY.read_text(encoding="utf-8"))
    items = [one for one in data["program"] if one["split"] == job["split"]][: job.get("limit")]
    shown, said = ASKED[job["asked"]]
    chats = []
    for item in items:
        error = error_of(item) if shown == "wrong" else item["false_complaint"]
        fill = {"code": item[shown], "error": error, "task": item["task"]}
        # No str.format: the programs hold braces.
        text = re.sub(
            r"\{(code|error|task)\}", lambda m, f=fill: f[m[1]], data["wording"][job["wording"]][said]
        )
        chats += [[prompts.turn("user", text)]] * job["draws"]
    torch.manual_seed(job["seed"])
    replies = [reply for reply, _ in prompts.replies(chats, batch=32, **REPAIRING)]
    programs = [program_in(reply) for reply in replies]
    asked = [item for item in items for _ in range(job["draws"])]
    results = sandbox.run_many(
        [(code, item["calls"]) for code, item in zip(programs, asked, strict=True)], seconds=SECONDS
    )
    right = [passes(result, item) for result, item in zip(results, asked, strict=True)]
    unchanged = [code.strip() == item[shown].strip() for code, item in zip(programs, asked, strict=True)]
    if job.get("limit"):
        for code, ok, result in zip(programs, right, results, strict=True):
            print(ok, result, "\n" + code)
    return {
        "programs": [item["id"] for item in items],
        "kinds": [item["kind"] for item in items],
        "right": rows.bits(right),
        "unchanged": rows.bits(unchanged),
        "reasons": [result.reason for result in results],
        "first": programs[:: job["draws"]],
    }


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "04_code.json")
    parser.add_argument("--try", dest="tried", action="store_true", help="print a few, write nothing")
    parser.add_argument("--parts", nargs="*", default=["completion", "repair"])
    options = parser.parse_args()
    kept = ROOT / "build" / "code"
    model = models.entry("chat").name

    def measure(jobs, work, part, *parts):
        made = rows.fingerprint(rows.fast_dtype(), models.entry("chat").version, *parts)
        jobs = [job | {"made_from": made} for job in jobs if part in options.parts]
        return rows.run(
            jobs, work, kept / f"{part}.jsonl", options.minutes, options.workers, prompts.start, ("advice",)
        )

    if options.tried:
        rows.one_thread()
        prompts.start("advice")
        for start in STARTS:
            completion_row({"start": start, "seed": 0, "samples": 8, "limit": 8})
        for asked in ASKED:
            print("-----", asked)
            repair_row({"split": "dev", "asked": asked, "wording": 0, "draws": 1, "seed": 0, "limit": 8})
        return
    jobs = [
        {"start": start, "seed": seed, "samples": BATCH}
        for start in STARTS
        for seed in range(SAMPLES[start] // BATCH)
    ]
    found = measure(jobs, completion_row, "completion", STARTS, SAMPLING, NUMBERS, LARGE, SECONDS)
    complete = len(found) == len(jobs)
    settings = (FAULTY, REPAIRING, SECONDS)
    wordings = len(tomllib.loads(FAULTY.read_text(encoding="utf-8"))["wording"])
    jobs = [
        {"split": "dev", "asked": asked, "wording": wording, "draws": DEV_DRAWS, "seed": 0}
        for wording in range(wordings)
        for asked in ("message", "resample")
    ]
    tried = measure(jobs, repair_row, "repair", *settings)
    repaired: list = []
    chosen = None
    if len(tried) == len(jobs):
        score = [0] * wordings
        for one in tried:
            score[one["wording"]] += one["right"].count("1")
        chosen = score.index(max(score))
        jobs = [
            {"split": "test", "asked": asked, "wording": chosen, "draws": DRAWS, "seed": 0} for asked in ASKED
        ]
        repaired = measure(jobs, repair_row, "repair", *settings)
    complete &= len(repaired) == len(ASKED)
    content = {
        "rows": [{"part": "completion"} | one for one in found]
        + [{"part": "repair"} | one for one in (*tried, *repaired)],
        "starts": STARTS,
        "numbers": NUMBERS,
        "large": LARGE,
        "limit_seconds": SECONDS,
        "sampling": {"completion": SAMPLING, "repair": REPAIRING},
        "chosen": chosen,
        "model": model,
        "complete": complete,
        "machine": rows.machine(),
        "made_by": "data/build/generated_code.py",
    }
    rows.write(options.out, content)


if __name__ == "__main__":
    main()
