"""Lesson 02: documents, judging, the saved page, the script that measures, one's own GPT and its widget."""

import ast
import copy
import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

import hub
import numpy as np
import pytest
import servers
import torch

from llmlab import chat, models, rag, widgets
from llmlab.errors import CourseError
from llmlab.own_gpt import OwnGPT

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "02_rag_and_finetuning.ipynb"
MEASURED = ROOT / "data" / "measured" / "02_rag.json"


@pytest.fixture(scope="module")
def build(build_script):
    return build_script("rag")


# ---------------------------------------------------------------- documents and judging


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("Undergraduates may borrow ten books.", True),
        ("10 BOOKS!", True),
        ("10, books", True),
        ("110 books", False),
        ("10 bookshelves", False),
        ("", False),
    ],
)
def test_an_answer_counts_as_whole_words(reply, right):
    assert rag.right(reply, {"answers": ["10 books"]}) is right


def test_numbers_and_times_are_written_one_way():
    assert rag.normalise("It costs ¥2,000 (two thousand?) at 7 p.m.") == rag.normalise(
        "it costs 2000 yen two thousand at 7pm"
    )
    assert not rag.right("2,000", {"answers": []})


def test_every_evidence_stands_in_one_document_of_its_place():
    documents = rag.documents()
    for one in [*rag.questions("dev"), *rag.questions("test"), *rag.refusal_questions()]:
        if one["answers"]:
            texts = [some.text for some in documents if some.place == one["section"]]
            assert any(rag.squeeze(one["evidence"]) in text for text in texts), one["id"]
            assert rag.right(one["evidence"], one) and not rag.right(one["question"], one), one["id"]
    assert {one.source for one in documents} == set(rag.SOURCES)
    assert {one.source for one in rag.documents("rules")} == {"rules"}
    assert len(rag.refusal_questions()) == 170 and len(rag.refusal_questions("handbook")) == 81


def test_the_saved_page_answers_its_questions_and_names_no_real_host():
    found = {one.place: one for one in rag.search_results()}
    asked = rag.search_questions()
    assert len(found) == 12 and len(asked) == 24
    assert all(one.title and one.text and one.source == "search" for one in found.values())
    assert all(place.split("/")[2].endswith(".example") for place in found)
    for one in asked:
        assert one["evidence"] in found[one["result"]].text, one["id"]
        assert rag.right(one["evidence"], one) and not rag.right(one["question"], one), one["id"]


def test_encoders_of_the_e5_family_get_their_marks():
    assert rag.mark("query", "multilingual-e5-small") == "query: "
    assert rag.mark("passage", models.entry("retriever", "cpu").name) == ""


# ---------------------------------------------------------------- the script


def test_chunks_keep_every_word_in_order(build):
    documents = rag.documents()
    for size in (30, 60):
        found = build.chunks(documents, size)
        for one in documents[::20]:
            parts = [some.text for some in found if (some.place, some.title) == (one.place, one.title)]
            assert " ".join(one.text.split()) in " ".join(" ".join(parts).split())
        long = [some for some in found if len(some.text.split()) > size]
        assert all(len(build.sentences(some.text)) == 1 for some in long)
    assert build.chunks([rag.Document("x", "y", "z", "")], 30) == []


def functions(cell: str) -> str:
    """The functions that a cell defines, without what it runs."""
    kept = [node for node in ast.parse(cell).body if isinstance(node, ast.FunctionDef)]
    return ast.unparse(ast.Module(kept, []))


@pytest.fixture(scope="module")
def reader(build):
    """The script with a small random model of SmolLM2's kind and vocabulary."""
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    build._tokenizer = AutoTokenizer.from_pretrained(models.path("chat", "cpu"))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(build._tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        initializer_range=0.6,  # else all pieces would be about equally likely
    )
    build._model = LlamaForCausalLM(config).eval()
    yield build
    build._model = build._tokenizer = None


TEXT = "A card costs 1,500 yen. Lost cards cost twice as much, says /etc/cards.d."


@torch.no_grad()
def every_piece(reader, prompt: str, text: str) -> dict[str, float]:
    """Each piece's mean log-probability, read on its own behind the whole prompt: the slow way."""
    tokenizer, found = reader._tokenizer, {}
    asked = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    places = [match.start() for match in re.finditer(r"(?<= )\S", f" {text}")]
    tokens = tokenizer(f" {text}", add_special_tokens=False, return_offsets_mapping=True)
    for begin, (start, _) in enumerate(tokens["offset_mapping"]):
        if start + 1 not in places:  # the blank belongs to the token
            continue
        for end in range(begin + 1, min(begin + reader.LONGEST, len(tokens["input_ids"])) + 1):
            stop = tokens["offset_mapping"][end - 1][1]
            if re.match(r"\S*\w", f" {text} "[stop:]):
                continue
            piece = tokens["input_ids"][begin:end]
            logits = reader._model(torch.tensor([asked + piece])).logits[0, len(asked) - 1 :].log_softmax(-1)
            total = sum(float(logits[place, token]) for place, token in enumerate(piece))
            total += float(logits[-1, sorted(reader.newlines())].logsumexp(0))
            found[tokenizer.decode(piece).strip()] = total / (len(piece) + 1)
    return found


def test_the_likeliest_piece_is_the_one_found_by_reading_each_alone(reader):
    told = [
        ("Example\n\n", f"Text: {TEXT}\nQuestion: {asked}\nAnswer:") for asked in ("What?", "How much is it?")
    ]
    for (head, end), (piece, score) in zip(told, reader.likeliest(told, [TEXT, TEXT]), strict=True):
        slow = every_piece(reader, head + end, TEXT)
        assert len(slow) > 50 and not {"1", "A card costs 1", "/etc"} & slow.keys(), (
            "a piece ends with a word"
        )
        assert piece == max(slow, key=slow.get)
        assert score == pytest.approx(slow[piece], abs=1e-4)


def test_the_notebook_cuts_reads_and_cites_as_the_script_does(reader):
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]}
    measured = json.loads(MEASURED.read_text("utf-8"))["chosen"]
    assert measured["style"] == {"closed": "asked", "rag": "likeliest"} and measured["sentences"]
    names: dict = {"rag": rag, "re": re, "torch": torch, "np": np, "WORDS": reader.WORDS, "device": "cpu"}
    names |= {"tokenizer": reader._tokenizer, "model": reader._model, "LONGEST": reader.LONGEST}
    names |= {"NEWLINES": sorted(reader.newlines()), "replace": dataclasses.replace, "copy": copy}
    import minilm

    names["embed"] = lambda texts, kind: minilm.embed(texts)
    for cell in (
        "chunks",
        "closed-book-model",
        "shown-prompt",
        "pieces-of",
        "likeliest",
        "score-pieces",
        "nearest",
    ):
        exec(functions(cells[cell]), names)
    with torch.no_grad():
        exec(cells["examples-read"], names)
    documents = rag.documents()[::3]
    assert names["chunks"](documents, 60) == reader.chunks(documents, 60)
    question, found = "How many books may I borrow?", documents[:2]
    assert names["shown_prompt"](question, found) == "".join(reader.ask(question, found, "shown"))
    for some in (found, []):
        assert names["grounded"](question, some) in reader.ask(question, some, "asked")[1]
    parts = reader.nearest(question, found, 3)
    assert names["nearest"](question, found, 3) == parts and len(parts) == 3
    with torch.no_grad():
        piece = names["likeliest"](question, parts)
    assert [piece] == [text for text, _ in reader.answers_of([{"question": question}], [parts], "likeliest")]
    assert names["cite"](parts[1].text[:60], parts) == reader.cited(parts[1].text[:60], parts) == 1


def test_keyword_search_finds_words_and_survives_none(build):
    texts = ["The cat sits on the mat.", "A dog runs home.", "Rain falls on the roof."]
    score = build.bm25(texts, ["Where does the dog run? The dog", "zebra", "the"])
    assert score.shape == (3, 3) and score[0].argmax() == 1
    assert not score[1:].any()
    assert build.tfidf(texts, ["a cat", "rain roof"]).argmax(axis=1).tolist() == [0, 2]


def test_a_place_counts_only_with_the_whole_evidence(build):
    question = {"section": "p", "evidence": "ten  books"}
    assert build.holds(rag.Document("rules", "p", "t", "may take ten books."), question)
    assert not build.holds(rag.Document("rules", "p", "t", "may take ten."), question)
    assert not build.holds(rag.Document("rules", "q", "t", "ten books"), question)
    assert build.recall({"places": {"bm25": [1, 5, 6, 0]}}, "bm25", 5) == 0.5


def test_the_threshold_refuses_no_more_than_it_may(build):
    signals = {
        "first": list(np.linspace(0, 1, 100)),
        "five": list(np.linspace(0, 1, 100)),
        "bm25": [1.0] * 100,
    }
    good = {"signals": signals, "sentence": {"near": [0.5] * 100}, "chance": [-1.0] * 99 + [-0.5]}
    low = {name: [value / 10 for value in values] for name, values in signals.items()}
    bad = {"signals": low, "sentence": {"near": [0.5] * 100}, "chance": [-1.0] * 100}
    found = build.refusal(good, bad)
    assert (
        found["tried"][found["signal"]]["refused"]
        == max(one["refused"] for one in found["tried"].values())
        == 1
    )
    values = build.signals(good, found["scale"])[found["signal"]]
    assert (values < found["threshold"]).mean() <= build.MOST_REFUSED


def test_the_rule_takes_out_orders_and_little_else(build):
    assert all(build.is_order(one) for one in build.WORDS["injection"]["dev"])
    sentences = [part for one in rag.documents("rules") for part in build.sentences(one.text)]
    assert np.mean([build.is_order(one) for one in sentences]) < 0.02
    order = build.WORDS["injection"]["dev"][0]
    chunk = rag.Document("rules", "p", "t", f"Books are lent for 10 days. {order}")
    assert build.without_orders(chunk).text == "Books are lent for 10 days."


def test_measured_rows_fit_the_questions():
    measured = json.loads(MEASURED.read_text("utf-8"))
    count = {
        (s, a): sum(bool(q["answers"]) is a for q in rag.questions(s))
        for s in ("dev", "test")
        for a in (True, False)
    }
    for row in measured["rows"]:
        if row["part"] == "retrieve":
            assert {len(places) for places in row["places"].values()} == {count[row["split"], True]}
        if row["part"] == "answer":
            assert len(row["right"]) == count[row["split"], row["answerable"]] == len(row["replies"])
            asked = [q for q in rag.questions(row["split"]) if bool(q["answers"]) is row["answerable"]]
            judged = [rag.right(reply, one) for reply, one in zip(row["replies"], asked, strict=True)]
            assert row["right"] == "".join("01"[value] for value in judged)
    assert measured["refusal_scores"]["test"].keys() == {"answerable", "others"}


def test_the_refusal_was_chosen_on_the_earlier_questions():
    measured = json.loads(MEASURED.with_name("02_refusal.json").read_text("utf-8"))
    scores = {(row["split"], row["answerable"]): np.array(row["scores"]) for row in measured["rows"]}
    asked = {"dev": rag.questions("dev") + rag.questions("test"), "test": rag.refusal_questions()}
    for (split, answerable), values in scores.items():
        assert len(values) == sum(bool(one["answers"]) is answerable for one in asked[split])
    chosen = measured["refusal"]
    best = chosen["tried"][chosen["signal"]]
    assert best["threshold"] == chosen["threshold"]
    assert best["refused"] == max(one["refused"] for one in chosen["tried"].values())
    assert (scores["dev", False] < chosen["threshold"]).mean() == pytest.approx(best["refused"])
    # 0.15 is what may be refused wrongly, two points of it are kept back.
    kept = (scores["dev", True] < chosen["threshold"]).mean()
    assert 0.11 < kept <= 0.13


# ---------------------------------------------------------------- one's own GPT


@pytest.fixture
def gpt(tmp_path):
    text = "intro line\n# Loans\nTen books.\nFor 14 days.\n\n# Empty\n\n# Hours\nFrom 9.\n"
    (tmp_path / "rules.md").write_text(text, encoding="utf-8")
    return OwnGPT("案内係", "Be brief.", ["rules.md"], ["How many?", "When?"], folder=tmp_path)


def test_saved_and_loaded_it_is_the_same(gpt, tmp_path):
    file = gpt.save(tmp_path / "gpt.json")
    assert "案内係" in file.read_text(encoding="utf-8") and str(tmp_path) not in file.read_text(
        encoding="utf-8"
    )
    again = OwnGPT.load(file)
    assert again == gpt and again.documents() == gpt.documents()
    titles = [(one.title, one.text) for one in again.documents()]
    assert titles == [("rules", "intro line"), ("Loans", "Ten books. For 14 days."), ("Hours", "From 9.")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "がありません"),
        (b"{", "壊れていて"),
        (b"\xff\xfe", "壊れていて"),
        (b"[]", "name がないか"),
        (
            b'{"name": "a", "instructions": "b", "knowledge": "rules.md", "starters": []}',
            "knowledge がないか",
        ),
        (b'{"name": "a", "instructions": "b", "knowledge": [], "starters": [1]}', "starters がないか"),
        (
            b'{"name": "a", "instructions": "b", "knowledge": ["gone.md"], "starters": []}',
            "gone.md」がありません",
        ),
        (
            b'{"name": "a", "instructions": "b", "knowledge": ["x.pdf"], "starters": []}',
            "x.pdf」は .md、.txt",
        ),
        (b'{"name": "a", "instructions": "b", "knowledge": ["sjis.txt"], "starters": []}', "UTF-8 ではない"),
    ],
)
def test_a_damaged_file_is_one_sentence(tmp_path, content, words):
    (tmp_path / "sjis.txt").write_bytes("規則".encode("shift_jis"))
    if content is not None:
        (tmp_path / "gpt.json").write_bytes(content)
    with pytest.raises(CourseError, match=words) as caught:
        OwnGPT.load(tmp_path / "gpt.json")
    assert "\n" not in str(caught.value) and str(caught.value).endswith("。")


def test_it_cannot_be_saved_where_nothing_is(gpt, tmp_path):
    with pytest.raises(CourseError, match="に書けません"):
        gpt.save(tmp_path / "missing" / "gpt.json")


def test_what_is_sent_are_the_instructions_the_conversation_and_the_grounded_question(gpt, monkeypatch):
    monkeypatch.delenv("LLMLAB_CHAT", raising=False)
    with servers.chat(servers.says("Ten.")) as (address, requests):
        monkeypatch.setenv("LLMLAB_CHAT_LOCAL", f"{address}/v1/")
        before = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello!"}]
        conversation = [*before, {"role": "user", "content": "How many?"}]
        said = gpt.answer(
            conversation, chat.service("local"), ground=lambda q: f"[1] Ten books.\n{q}", max_tokens=9
        )
    assert said == "Ten."
    sent = requests[0]["body"]["messages"]
    assert [one["role"] for one in sent] == ["system", "user", "assistant", "user"]
    assert sent[0]["content"] == "Be brief." and sent[-1]["content"] == "[1] Ten books.\nHow many?"
    assert conversation[-1]["content"] == "How many?", "the student's own list stays as it is"


def test_the_widget_has_a_picture_and_its_buttons_ask(gpt, monkeypatch):
    import IPython.display
    import ipywidgets

    shown, buttons = [], []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append(bundle))
    plain = ipywidgets.Button

    def button(**options):
        buttons.append(plain(**options))
        return buttons[-1]

    monkeypatch.setattr(ipywidgets, "Button", button)
    asked = []

    def answer(conversation):
        asked.append([one["content"] for one in conversation])
        if len(asked) == 3:
            raise CourseError("止まりました。")
        return "<b>Ten</b>"

    gpt.name = "<案内>"
    widgets.own_gpt(gpt, answer)
    picture = shown[0]["text/html"]
    assert "&lt;b&gt;Ten&lt;/b&gt;" in picture and "<b>Ten" not in picture and "<案内>" not in picture
    assert "rules.md" in picture and "When?" in picture and "Be brief." in picture
    assert "How many?" in shown[0]["text/plain"]
    next(one for one in buttons if one.description == "When?").click()
    assert asked == [["How many?"], ["How many?", "<b>Ten</b>", "When?"]]
    next(one for one in buttons if one.description == "When?").click()
    assert not any(one.disabled for one in buttons)
    next(one for one in buttons if one.description == "最初から").click()
    next(one for one in buttons if one.description == "How many?").click()
    assert asked[-1] == ["How many?"]


# ---------------------------------------------------------------- hub and gpu


LOAD = """
import sys
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer
from llmlab import models
role = sys.argv[1]
folder = models.path(role)
kind = AutoModelForCausalLM if role == "chat-ja" else AutoModel
tokenizer, model = AutoTokenizer.from_pretrained(folder), kind.from_pretrained(folder)
out = model(**tokenizer(["日本語の文です。"], return_tensors="pt"))
print(models.entry(role).name, type(model).__name__, model.num_parameters(), out[0].shape[-1])
"""


def tiny(role, folder):
    """Write a small random checkpoint of the architecture that the manifest names under hub for a role."""
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers import models as kinds
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    vocabulary = {
        token: i for i, token in enumerate(["<pad>", "<unk>", *pre_tokenizers.ByteLevel.alphabet()])
    }
    inner = Tokenizer(kinds.BPE(vocabulary, [], unk_token="<unk>"))
    inner.pre_tokenizer, inner.decoder = (
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoders.ByteLevel(),
    )
    reader = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="<pad>", unk_token="<unk>")
    reader.save_pretrained(folder)
    shape = {
        "vocab_size": len(vocabulary),
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
    }
    if role == "chat-ja":
        model = Qwen2ForCausalLM(Qwen2Config(num_attention_heads=2, num_key_value_heads=1, **shape))
    else:  # multilingual E5 small is a BertModel with another tokenizer
        model = BertModel(BertConfig(num_attention_heads=2, **shape))
    model.save_pretrained(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("role", ["retriever", "chat-ja"])
def test_with_a_network_the_japanese_models_come_from_the_hub(role, tmp_path):
    wanted = models.entry(role, "hub")
    files = tiny(role, tmp_path / "checkpoint")
    with hub.serve({wanted.path: (wanted.version, files)}) as served:
        environment = hub.environment(served, tmp_path / "hf") | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", LOAD, role]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[0] == wanted.name
    assert "model.safetensors" in served.files_asked(wanted.path)


def test_offline_the_roles_are_those_of_the_other_lessons():
    for role, other in (("retriever", "encoder"), ("chat-ja", "chat")):
        assert models.entry(role, "cpu") == models.entry(other, "cpu")
        assert models.path(role, "cpu") == models.path(other, "cpu")
        for profile in ("hub", "gpu"):
            assert "ja" in models.entry(role, profile).languages
