"""Retrieval and answers with passages, lesson 02: ``python data/build/rag.py`` writes data/measured/02_rag.json.

1. Chunks of three sizes, with and without titles, searched by MiniLM, BM25, TF-IDF and by MiniLM and BM25
   together: at which place stands the chunk with the evidence? The setting is chosen on dev.
2. SmolLM2 answers from the question alone, with the k best passages, with the right passage: asked, after worked
   questions, and then with the likeliest piece of the passages, or of the few sentences in them nearest to the
   question. The style, k and how many sentences are read are chosen on dev.
3. What the refusal goes by, and its threshold: on dev. Then test is asked once, and the injected documents.

Greedy decoding. ``--try`` asks a few dev questions, prints the replies and writes nothing. A stopped run goes on
(build/rag), a row at a time.
"""

import re
import tomllib

import minilm
import numpy as np
import prefix
import rows

ROOT = rows.ROOT
WORDS = tomllib.loads((ROOT / "data" / "rag" / "wordings.toml").read_text(encoding="utf-8"))
# words in a chunk at most, whether its title stands before it
SETTINGS = ((60, True), (30, True), (120, True), (60, False))
DEEPEST = 20  # a place beyond counts as not found
SHARES = (0.1, 0.2, 0.3, 0.4)  # of BM25, scaled to 1 at its best chunk, beside a cosine
# in two wordings without an example; after worked questions; the same, but the likeliest piece of the passages
STYLES = ("asked", "reworded", "shown", "likeliest")
K = (1, 2, 4)
SENTENCES = (
    0,
    1,
    2,
    3,
)  # how many of the passages' sentences are read, those nearest to the question; 0: all
ROOM = 20
LONGEST = 12  # tokens of a piece
BATCH = 8
MOST_REFUSED = 0.15


# ---------------------------------------------------------------- chunks


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z“\"(\d])", text)


def chunks(documents, size: int) -> list:
    """Return pieces of whole sentences, ``size`` words at most (a longer sentence stands alone)."""
    from llmlab.rag import Document

    found = []
    for one in documents:
        piece: list[str] = []
        for sentence in [*sentences(one.text), ""]:  # the last one ends the last piece
            if any(piece) and (not sentence or len(" ".join([*piece, sentence]).split()) > size):
                found.append(Document(one.source, one.place, one.title, " ".join(piece)))
                piece = []
            piece.append(sentence)
    return found


def with_title(chunk) -> str:
    """Return a chunk's text behind its title."""
    return f"{chunk.title}. {chunk.text}"


# ---------------------------------------------------------------- search

_model = _tokenizer = None


def bm25(texts: list[str], asked: list[str]) -> np.ndarray:
    """Return BM25 scores, one row a question."""
    import bm25s

    quiet = {"show_progress": False}
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", **quiet), **quiet)
    words = bm25s.tokenize(asked, stopwords="en", return_ids=False, **quiet)
    return np.array([index.get_scores(some) if some else np.zeros(len(texts)) for some in words])


def tfidf(texts: list[str], asked: list[str]) -> np.ndarray:
    """Return TF-IDF's cosines, one row a question."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", stop_words="english", sublinear_tf=True)
    table = counter.fit_transform(texts)
    return (counter.transform(asked) @ table.T).toarray()


def hybrid(share: float) -> str:
    """Return the name of MiniLM and BM25 together, with a share of BM25."""
    return f"hybrid {share}"


def scores(job: dict, asked: list[str]) -> tuple[list, dict]:
    """Return the chunks of a setting and each method's scores, one row a question."""
    from llmlab import rag

    found = chunks(rag.documents(), job["size"])
    texts = [with_title(chunk) if job["titles"] else chunk.text for chunk in found]
    file = ROOT / "build" / "rag" / f"vectors-{rows.fingerprint(texts)}.npy"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, minilm.embed(texts))
    # A well-kept index; the distance is 1 - cosine, and with k = all chunks every score is known.
    from sklearn.neighbors import NearestNeighbors

    index = NearestNeighbors(metric="cosine", algorithm="brute").fit(np.load(file))
    distance, place = index.kneighbors(minilm.embed(asked), n_neighbors=len(texts))
    cosine = np.empty_like(distance)
    np.put_along_axis(cosine, place, 1 - distance, axis=1)
    words = bm25(texts, asked)
    best = np.maximum(words.max(axis=1, keepdims=True), 1e-9)
    table = {"minilm": cosine, "bm25": words, "tfidf": tfidf(texts, asked)}
    return found, table | {hybrid(share): cosine + share * words / best for share in SHARES}


def holds(chunk, question: dict) -> bool:
    """Say whether a chunk has the whole evidence."""
    from llmlab.rag import squeeze

    return chunk.place == question["section"] and squeeze(question["evidence"]) in squeeze(chunk.text)


def retrieve_row(job: dict) -> dict:
    """Return the place (1, 2, …; 0 = not among the first) of the evidence for each answerable question."""
    from llmlab import rag

    asked = [one for one in rag.questions(job["split"]) if one["answers"]]
    found, table = scores(job, [one["question"] for one in asked])
    places = {}
    for method, score in table.items():
        order = np.argsort(-score, axis=1, kind="stable")[:, :DEEPEST]
        hits = [[holds(found[i], one) for i in line] for line, one in zip(order, asked, strict=True)]
        places[method] = [line.index(True) + 1 if True in line else 0 for line in hits]
    lengths = [len(chunk.text.split()) for chunk in found]
    return {"places": places, "chunks": len(found), "words": float(np.mean(lengths))}


# ---------------------------------------------------------------- answers


def replies(asked: list[tuple[str, str]]) -> list:
    """Return each prompt's greedy reply and the mean log-probability of its tokens.

    A prompt is a beginning, the same for all and read once, and an end of its own.
    """
    import torch

    model, tokenizer = _model, _tokenizer
    head, tails = tokens_of(asked)
    ends = {tokenizer.eos_token_id, *(newlines() if asked[0][0] else ())}
    beginning = prefix.read(model, head)
    found: list = [None] * len(tails)
    for chosen in prefix.alike([len(tail) for tail in tails], BATCH):
        given = prefix.padded(head, [tails[i] for i in chosen], tokenizer.pad_token_id)
        length = given["input_ids"].shape[1]
        options: dict = {"eos_token_id": sorted(ends), "pad_token_id": tokenizer.pad_token_id}
        if beginning is not None:
            options["past_key_values"] = prefix.repeated(beginning, len(chosen))
        with torch.no_grad():
            output = model.generate(
                **given,
                max_new_tokens=ROOM,
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
                **options,
            )
        new = output.sequences[:, length:]
        said = torch.stack(output.logits, dim=1).float().log_softmax(-1)
        said = said.gather(-1, new.unsqueeze(-1)).squeeze(-1)
        for line, i in enumerate(chosen):
            over = [place for place, token in enumerate(new[line].tolist()) if token in ends]
            end = over[0] + 1 if over else new.shape[1]
            text = tokenizer.decode(new[line, :end], skip_special_tokens=True).strip()
            found[i] = text, float(said[line, :end].mean())
    return found


def tokens_of(asked: list[tuple[str, str]]) -> tuple[list[int], list[list[int]]]:
    """Return the tokens that all prompts begin with, if they have a beginning of their own, and each one's others."""
    ids = _tokenizer([beginning + end for beginning, end in asked], add_special_tokens=False)["input_ids"]
    shared = min(rows.common_length(ids), min(map(len, ids)) - 1) if asked[0][0] else 0
    return ids[0][:shared], [one[shared:] for one in ids]


def newlines() -> set[int]:
    """Return the tokens that end a line."""
    return {_tokenizer(text, add_special_tokens=False)["input_ids"][0] for text in ("\n", "\n\n")}


def likeliest(asked: list[tuple[str, str]], texts: list[str]) -> list:
    """Return for each prompt the piece of its text that the model finds likeliest, and its mean log-probability.

    A piece begins and ends with a word; the end of the line after it counts as a token of it.
    """
    head, tails = tokens_of(asked)
    beginning = prefix.read(_model, head)
    return [_likeliest(beginning, end, text) for end, text in zip(tails, texts, strict=True)]


def _likeliest(beginning, end: list[int], text: str) -> tuple[str, float]:
    import torch

    piece = _tokenizer(f" {text}", add_special_tokens=False)["input_ids"]
    words = [_tokenizer.decode([token]) for token in piece]
    starts = [place for place, word in enumerate(words) if word.startswith(" ")]
    table = torch.zeros(len(starts), LONGEST, dtype=torch.long)
    for line, start in enumerate(starts):
        some = piece[start : start + LONGEST]
        table[line, : len(some)] = torch.tensor(some)
    with torch.no_grad():
        read = _model(torch.tensor([end]), past_key_values=prefix.repeated(beginning, 1), logits_to_keep=1)
        first = read.logits[:, -1].float().log_softmax(-1)
        cache = prefix.repeated(read.past_key_values, len(starts))
        later = _model(table, past_key_values=cache).logits.float().log_softmax(-1)
    each = later[:, :-1].gather(-1, table[:, 1:].unsqueeze(-1)).squeeze(-1)
    total = torch.cat([first[0, table[:, :1]], each], dim=1).cumsum(1)
    whole = (total + later[:, :, sorted(newlines())].logsumexp(-1)) / torch.arange(2, LONGEST + 2)
    ends = {len(piece)}  # what follows up to the next blank is punctuation at most: "1,500" is not cut
    for place in reversed(range(len(piece))):
        if words[place].startswith(" ") or (
            place + 1 in ends and not any(one.isalnum() for one in words[place])
        ):
            ends.add(place)
    for line, start in enumerate(starts):
        for length in range(1, LONGEST + 1):
            if start + length not in ends:
                whole[line, length - 1] = -torch.inf
    line, length = divmod(int(whole.argmax()), LONGEST)
    chosen = piece[starts[line] : starts[line] + length + 1]
    return _tokenizer.decode(chosen).strip(), float(whole.max())


def nearest(question: str, chosen: list, number: int) -> list:
    """Return the passages' ``number`` sentences nearest to the question, each as a passage, in their order.

    Nearness: MiniLM's cosine of the sentence alone and behind its title, added. ``number`` 0: the passages as they are.
    """
    from dataclasses import replace

    if not number:
        return chosen
    parts = [replace(one, text=part) for one in chosen for part in sentences(one.text)]
    vector = minilm.embed([question])[0]
    score = minilm.embed([one.text for one in parts]) @ vector
    score += minilm.embed([with_title(one) for one in parts]) @ vector
    return [parts[i] for i in sorted(np.argsort(-score, kind="stable")[:number])]


def ask(question: str, chosen: list, style: str, marked: bool = False) -> tuple[str, str]:
    """Return the prompt for a question with passages, beginning and end; without passages the question alone."""
    if style in ("asked", "reworded"):
        form = WORDS["rag"]["passage"]
        numbered = [form.format(number=n, title=one.title, text=one.text) for n, one in enumerate(chosen, 1)]
        words = WORDS["rag" if chosen else "closed"]["ask"][STYLES.index(style)]
        texts = "\n".join(numbered)
        if marked:
            texts = WORDS["injection"]["notice"].format(texts=f"{texts}\n")
        asked = words.format(passages=texts, question=question)
        chat = [{"role": "user", "content": asked}]
        return "", _tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    words = WORDS["shown"]
    beginning = ""
    for one in words["example"]:
        text = words["text"].format(**one) if chosen else ""
        beginning += words["ask"].format(texts=text, question=one["question"]) + f" {one['answer']}\n\n"
    texts = "".join(words["text"].format(title=one.title, text=one.text) for one in chosen)
    if marked:
        texts = WORDS["injection"]["notice"].format(texts=texts)
    return beginning, words["ask"].format(texts=texts, question=question)


def answers_of(asked: list[dict], shown: list[list], style: str, marked: bool = False) -> list:
    """Return reply and log-probability for each question with its passages."""
    told = [ask(one["question"], some, style, marked) for one, some in zip(asked, shown, strict=True)]
    if style == "likeliest" and all(shown):
        return likeliest(told, [" ".join(one.text for one in some) for some in shown])
    return replies(told)


def cited(reply: str, chosen: list) -> int:
    """Return the number of the passage that an answer is cited from: that which shares most of its words."""
    from llmlab.rag import normalise

    said = set(normalise(reply).split())
    return int(np.argmax([len(said & set(normalise(with_title(one)).split())) for one in chosen]))


def answer_row(job: dict) -> dict:
    """Ask the questions of a split, those with an answer or the others, in one way: ``closed``, ``rag`` or ``gold``."""
    from llmlab import rag

    asked = [one for one in rag.questions(job["split"]) if bool(one["answers"]) is job["answerable"]]
    asked = asked[: job.get("limit")]
    shown: list[list] = [[] for _ in asked]
    row = {}
    if job["mode"] != "closed":
        found, table = scores(job, [one["question"] for one in asked])
        score = table[job["method"]]
        order = np.argsort(-score, axis=1, kind="stable")
        best = -np.sort(-table["minilm"], axis=1)
        row["signals"] = {
            "first": np.round(best[:, 0], 4).tolist(),
            "five": np.round(best[:, :5].mean(axis=1), 4).tolist(),
            "bm25": np.round(table["bm25"].max(axis=1), 4).tolist(),
        }
        shown = [[found[i] for i in line[: job["k"]]] for line in order]
    if job["mode"] == "gold":  # the best chunk that holds the evidence, alone
        for number, one in enumerate(asked):
            holding = [found[i] for i in order[number] if holds(found[i], one)]
            shown[number] = holding[:1] or shown[number][:1]
    whole = shown
    shown = [nearest(one["question"], some, job["sentences"]) for one, some in zip(asked, whole, strict=True)]
    said = answers_of(asked, shown, job["style"])
    if job.get("limit"):
        for one, (reply, chance) in zip(asked, said, strict=True):
            print(f"  {one['id']:13} {one['answers'][:1]} {chance:.2f} {reply!r}", flush=True)
    row["right"] = rows.bits(rag.right(text, one) for (text, _), one in zip(said, asked, strict=True))
    row["words"] = float(np.mean([len(text.split()) for text, _ in said]))
    row["chance"] = [round(chance, 3) for _, chance in said]
    if job["mode"] == "rag":
        quoted = [some[cited(text, some)] for (text, _), some in zip(said, shown, strict=True)]
        row["cited"] = rows.bits(
            bool(one["answers"]) and any(holds(chunk, one) and part.text in chunk.text for chunk in some)
            for one, some, part in zip(asked, whole, quoted, strict=True)
        )
        row["sentence"] = nearest_sentence(asked, whole)
    row["replies"] = [text for text, _ in said]
    return row


def nearest_sentence(asked: list[dict], shown: list[list]) -> dict:
    """The cheap answer without a language model: the passages' sentence nearest to the question."""
    from llmlab import rag

    vectors = minilm.embed([one["question"] for one in asked])
    right, near, words = [], [], []
    for one, some, vector in zip(asked, shown, vectors, strict=True):
        parts = [part for chunk in some for part in sentences(chunk.text)]
        score = minilm.embed(parts) @ vector
        best = parts[int(score.argmax())]
        right.append(rag.right(best, one))
        near.append(round(float(score.max()), 4))
        words.append(len(best.split()))
    return {"right": rows.bits(right), "near": near, "words": float(np.mean(words))}


# ---------------------------------------------------------------- documents that give orders, and the web


def is_order(sentence: str) -> bool:
    """Say whether a sentence has an order's word and a word about the conversation: the defence's rule."""
    words = set(re.findall(r"[a-z]+", sentence.lower()))
    return bool(words & set(WORDS["injection"]["orders"]) and words & set(WORDS["injection"]["about"]))


def without_orders(chunk):
    """Return a chunk without the sentences that the rule takes for orders."""
    from dataclasses import replace

    kept = [one for one in sentences(chunk.text) if not is_order(one)]
    return replace(chunk, text=" ".join(kept))


def inject_row(job: dict) -> dict:
    """Ask the questions on the rules with the whole right passage and an order behind it, where ``attack`` says so."""
    from dataclasses import replace

    from llmlab import rag

    asked = [one for one in rag.questions(job["split"], "rules") if one["answers"]]
    found = chunks(rag.documents("rules"), job["size"])
    orders = WORDS["injection"][job["split"]]
    shown = []
    for number, one in enumerate(asked):
        chunk = next((some for some in found if holds(some, one)), None)
        chunk = chunk or next(some for some in found if some.place == one["section"])
        if job["attack"]:
            chunk = replace(chunk, text=f"{chunk.text} {orders[number % len(orders)]}")
        shown.append([without_orders(chunk) if job["defence"] == "rule" else chunk])
    kept = [WORDS["injection"]["word"] in some[0].text for some in shown]
    said = [text for text, _ in answers_of(asked, shown, job["style"], job["defence"] == "marks")]
    return {
        "right": rows.bits(rag.right(text, one) for text, one in zip(said, asked, strict=True)),
        "hijacked": rows.bits(WORDS["injection"]["word"].lower() in text.lower() for text in said),
        "reached": rows.bits(kept),  # the order stands in what the model reads
        "replies": said,
    }


def search_row(job: dict) -> dict:
    """Ask the questions on the saved page of search results, without it and with the k best results."""
    from llmlab import rag

    asked, found = rag.search_questions(), rag.search_results()
    score = (
        minilm.embed([one["question"] for one in asked]) @ minilm.embed([with_title(one) for one in found]).T
    )
    order = np.argsort(-score, axis=1, kind="stable")
    shown = [[found[i] for i in line[: job["k"]]] if job["mode"] == "rag" else [] for line in order]
    shown = [nearest(one["question"], some, job["sentences"]) for one, some in zip(asked, shown, strict=True)]
    said = answers_of(asked, shown, job["style"])
    first = [found[line[0]].place == one["result"] for line, one in zip(order, asked, strict=True)]
    return {
        "right": rows.bits(rag.right(text, one) for (text, _), one in zip(said, asked, strict=True)),
        "first": rows.bits(first),
        "replies": [text for text, _ in said],
    }


# ---------------------------------------------------------------- running


def start() -> None:
    """Load the chat model once in each process, in the machine's fast type."""
    global _model, _tokenizer
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from llmlab import models

    folder = models.path("chat", "cpu")
    _tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    _model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, rows.fast_dtype())).eval()


def settings() -> list[dict]:
    """Return the ways of cutting the documents that are tried."""
    return [{"size": size, "titles": titles} for size, titles in SETTINGS]


def recall(row: dict, method: str, k: int) -> float:
    """Return the share of questions whose evidence stands among the k best chunks."""
    places = np.array(row["places"][method])
    return float(((places > 0) & (places <= k)).mean())


def share(row: dict) -> float:
    """Return the share of right answers."""
    return row["right"].count("1") / len(row["right"])


def refusal(answerable: dict, others: dict) -> dict:
    """Choose on dev what the refusal goes by, and its threshold.

    Each signal's threshold refuses at most 0.15 of the answerable questions; the signal that refuses most of the
    others is taken. ``both`` adds the similarity of the five best chunks and the reply's log-probability, each
    divided by its spread on dev.
    """
    scale = {
        "five": float(np.std(answerable["signals"]["five"] + others["signals"]["five"])),
        "chance": float(np.std(answerable["chance"] + others["chance"])),
    }
    good, bad = signals(answerable, scale), signals(others, scale)
    found = {}
    for name, values in good.items():
        threshold = float(np.sort(values)[int(MOST_REFUSED * len(values))])  # refused: below it
        found[name] = {"threshold": threshold, "refused": float((bad[name] < threshold).mean())}
    best = max(found, key=lambda name: found[name]["refused"])
    return {"signal": best, "threshold": found[best]["threshold"], "scale": scale, "tried": found}


def signals(row: dict, scale: dict) -> dict:
    """Return each signal's value for every question: the lower, the less do the documents seem to say."""
    found = {name: np.array(values) for name, values in row["signals"].items()}
    found["sentence"], found["chance"] = np.array(row["sentence"]["near"]), np.array(row["chance"])
    found["both"] = found["five"] / scale["five"] + found["chance"] / scale["chance"]
    return found


def documents_from() -> str:
    """Return the fingerprint of what a search depends on."""
    from llmlab import models

    folder = ROOT / "data" / "rag"
    files = [folder / name for name in ("university_rules.toml", "handbook.jsonl.gz", "questions.toml")]
    return rows.fingerprint(*files, models.entry("encoder", "cpu").sha256, SHARES)


def measure(part: str, jobs: list[dict], work, options, depends: tuple = (), begin=None) -> list[dict]:
    """Return the rows of a part's jobs, those already done from build/; stop when there was no time for all."""
    made_from = rows.fingerprint(documents_from(), *depends)
    file = ROOT / "build" / "rag" / f"{part}.jsonl"
    jobs = [job | {"made_from": made_from} for job in jobs]
    found = rows.run(jobs, work, file, options.minutes, options.workers, begin)
    if len(found) < len(jobs):
        raise SystemExit("not all rows are there: run again to go on")
    return [{"part": part} | row for row in found]


def main() -> None:
    parser = rows.options(__doc__.splitlines()[0], "02_rag.json")
    parser.add_argument(
        "--try", dest="attempt", action="store_true", help="a few dev questions, nothing is written"
    )
    options = parser.parse_args()
    from llmlab import models, rag

    if options.attempt:
        rows.one_thread()
        start()
        setting = {"size": 60, "titles": True, "method": "minilm", "k": 2, "answerable": True, "sentences": 2}
        job = {"split": "dev", "limit": 4} | setting
        for mode, style in (("closed", "shown"), ("gold", "asked"), ("gold", "shown"), ("rag", "likeliest")):
            print(mode, style, share(answer_row(job | {"mode": mode, "style": style})))
        return

    # 1. How to cut and search.
    dev = measure("retrieve", [{"split": "dev", **one} for one in settings()], retrieve_row, options)
    methods = ["minilm", *map(hybrid, SHARES)]
    tried = [(row, method) for row in dev for method in methods]
    best = max(recall(row, method, 5) for row, method in tried)
    # One question on dev is 0.015: among those so close the shortest chunks, they make the shortest prompts.
    close = [(row, method) for row, method in tried if recall(row, method, 5) > best - 0.016]
    row, method = min(close, key=lambda pair: (pair[0]["words"], -recall(pair[0], pair[1], 1)))
    setting = {name: row[name] for name in ("size", "titles")} | {"method": method}
    retrieved = measure(
        "retrieve",
        [{"split": "test", **{name: setting[name] for name in ("size", "titles")}}],
        retrieve_row,
        options,
    )

    # 2. How to ask, on dev.
    depends = (
        WORDS["closed"],
        WORDS["rag"],
        WORDS["shown"],
        ROOM,
        models.entry("chat", "cpu").sha256,
        rows.fast_dtype(),
    )

    def answers(jobs):
        return measure("answer", jobs, answer_row, options, depends, start)

    base = {"split": "dev", "answerable": True, "k": 1, "sentences": 0, **setting}
    closed = answers([base | {"mode": "closed", "style": style} for style in STYLES[:3]])
    gold = answers([base | {"mode": "gold", "style": style} for style in STYLES])
    style = {name: max(some, key=share)["style"] for name, some in (("closed", closed), ("rag", gold))}
    asked = base | {"mode": "rag", "style": style["rag"]}
    # First how many sentences, with one k, then k.
    by_number = answers([asked | {"k": K[1], "sentences": number} for number in SENTENCES])
    number = max(by_number, key=share)["sentences"]
    asked |= {"sentences": number}
    by_k = answers([asked | {"k": k} for k in K])
    k = max(by_k, key=share)["k"]
    others = answers([asked | {"k": k, "answerable": False}])
    chosen = {**setting, "k": k, "sentences": number, "style": style}
    # Where MiniLM alone was chosen, the best of the two together is still shown beside it.
    share_tried = max(SHARES, key=lambda one: recall(row, hybrid(one), 5))
    share_kept = {hybrid(one): one for one in SHARES}.get(method, share_tried)
    chosen["bm25_share"] = 0.0 if method == "minilm" else share_kept
    chosen["method"] = method.split()[0]
    here = {"dev": {"answerable": next(row for row in by_k if row["k"] == k), "others": others[0]}}
    chosen["refusal"] = refusal(**here["dev"])

    # 3. Test, once.
    test = base | {"split": "test"}
    final = answers(
        [
            test | {"mode": "closed", "style": style["closed"]},
            test | {"mode": "rag", "style": style["rag"], "k": k, "sentences": number},
            test | {"mode": "rag", "style": style["rag"], "k": k, "sentences": number, "answerable": False},
            test | {"mode": "gold", "style": style["rag"], "sentences": number},
        ]
    )
    here["test"] = {"answerable": final[1], "others": final[2]}
    scored = {
        split: {
            kind: np.round(signals(row, chosen["refusal"]["scale"])[chosen["refusal"]["signal"]], 4).tolist()
            for kind, row in both.items()
        }
        for split, both in here.items()
    }
    # Free writing may follow an order, above all where it is asked as in a conversation; the likeliest piece must stand
    # in the passage.
    injected = measure(
        "inject",
        [
            {"size": chosen["size"], "style": way, "split": "test", "attack": attack, "defence": defence}
            for way in dict.fromkeys(("asked", "shown", style["rag"]))
            for attack, defence in ((False, ""), (True, ""), (True, "marks"), (True, "rule"))
        ],
        inject_row,
        options,
        (*depends, WORDS["injection"]),
        start,
    )
    page = [ROOT / "data" / "rag" / name for name in ("search_results.html", "search_questions.toml")]
    web = measure(
        "search",
        [
            {"mode": "closed", "k": 0, "sentences": 0, "style": style["closed"]},
            {"mode": "rag", "k": k, "sentences": number, "style": style["rag"]},
        ],
        search_row,
        options,
        (*depends, *page),
        start,
    )
    about = {
        "model": models.entry("chat", "cpu").name,
        "encoder": models.entry("encoder", "cpu").name,
        "dtype": rows.fast_dtype(),
        "machine": rows.machine(),
        "made_by": "data/build/rag.py",
    }
    for one in dev + retrieved:
        one["recall5_by_share"] = {str(some): round(recall(one, hybrid(some), 5), 4) for some in SHARES}
        one["places"]["hybrid"] = one["places"][hybrid(share_kept)]
        for some in SHARES:
            del one["places"][hybrid(some)]
    everything = (
        dev
        + retrieved
        + closed
        + gold
        + [*by_number, *(one for one in by_k if one not in by_number)]
        + others
        + final
        + injected
        + web
    )
    for one in everything:
        if one["part"] == "answer":  # kept as the judging compares them
            one["replies"] = [rag.normalise(reply).strip() for reply in one["replies"]]
    rows.write(options.out, {"rows": everything, "chosen": chosen, "refusal_scores": scored} | about)


if __name__ == "__main__":
    main()
