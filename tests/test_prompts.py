"""The prompts that lesson 01 measures: built from the wordings, read back by rules that do not know the answer."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def prompts(build_script):
    return build_script("prompts")


@pytest.fixture(scope="module")
def needles(build_script):
    return build_script("needles")


def test_right_extractions_count_and_others_do_not(prompts):
    for item in prompts.load("extraction")["item"]:
        said = prompts.WORDS["extraction"]["form"].format(**item)
        assert prompts.in_form(said) == (item["date"], item["people"])
        assert prompts.contains(said, item)
        assert prompts.contains(item["text"], item)  # that a reply which copies the message counts is known
        assert not prompts.contains(said.replace(str(item["people"]), "99"), item)
        assert prompts.in_form(f"Sure! {said}") is None


def test_few_shot_conversation_ends_with_the_question(prompts):
    data = prompts.load("extraction")
    examples = [one for one in data["example"] if one["set"] == "b"]
    chat = prompts.extraction_chat(data["item"][0], "clear", examples)
    assert [message["role"] for message in chat] == ["user", "assistant"] * 4 + ["user"]
    assert data["item"][0]["text"] in chat[-1]["content"]
    assert all(prompts.in_form(message["content"]) for message in chat[1::2])


@pytest.mark.parametrize(
    ("reply", "number", "answer"),
    [
        ("Answer: 38", True, "38"),
        ("First 20 + 18 = 38.\nAnswer: 38", True, "38"),
        ("The answer is 1,038.", True, "1038"),
        ("She has 27 and buys 11, so she has 38 stamps.", True, "38"),
        ("Answer: the green ball", False, "green"),
        ("Nico", False, "nico"),
        ("", True, ""),
    ],
)
def test_answers_are_read_without_knowing_them(prompts, reply, number, answer):
    assert prompts.answer_of(reply, number) == answer


def test_worked_examples_are_read_right(prompts):
    for family in prompts.FAMILIES:
        examples = prompts.problem_items("example", family)
        assert len({item["template"] for item in examples}) == len(examples) == 3
        for method in prompts.METHODS:
            for wording in prompts.WORDS["problems"][method]:
                chat = prompts.problem_chat(examples[0], wording, method, examples[1:])
                for message, item in zip(chat[1::2], examples[1:], strict=True):
                    read = prompts.answer_of(message["content"], item["answer"].isdigit())
                    assert read == item["answer"].lower()


def test_splits_of_problems_share_nothing(prompts):
    for family in prompts.FAMILIES:
        splits = [
            {item["text"] for item in prompts.problem_items(s, family)} for s in ("example", "dev", "test")
        ]
        assert not splits[0] & splits[1] and not splits[0] & splits[2] and not splits[1] & splits[2]


def test_the_manual_does_not_hold_the_hidden_answers(needles):
    text = " ".join(needles.sentences())
    for split in ("dev", "test"):
        for item in needles.needles(split):
            for answer in item["answers"]:
                assert not re.search(rf"\b{re.escape(answer)}\b", text, flags=re.IGNORECASE), answer
            assert needles.right(item["fact"], item) and not needles.right(item["question"], item)


def test_top_p_of_one_leaves_every_token_and_less_leaves_the_fewest_that_reach_it():
    import torch

    book = json.loads((ROOT / "notebooks" / "01_chat_and_prompts.ipynb").read_text(encoding="utf-8"))
    cell = next(cell for cell in book["cells"] if cell["id"] == "next-token")
    tree = ast.parse("".join(cell["source"]))
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    generator = torch.Generator().manual_seed(0)
    scores = 4 * torch.randn(49_152, generator=generator, dtype=torch.float64)
    names = {"torch": torch, "scores": scores}
    exec(compile(tree, "next-token", "exec"), names)
    for temperature in (0.1, 1.0, 2.0):
        assert (names["choices"](temperature, 1.0) > 0).all()
        kept = names["choices"](temperature, 0.9) > 0
        chances = torch.softmax(scores / temperature, dim=-1)[kept]
        assert chances.sum() >= 0.9 and chances.sum() - chances.min() < 0.9
