"""Lesson 09's cards: packed answers, the losses of SFT and DPO, what is learnt and how it is counted."""

import contextlib
import json
import math
import re
import sys
import tomllib

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from llmlab import alignment, card_judge
from tests.rules import ROOT

HELD = alignment.Card(
    "c1",
    "train",
    "zoo",
    "g",
    "The zoo has 21 bears.",
    "How many bears?",
    "number",
    True,
    ("21",),
    "There are 21 bears.",
)
ABSENT = alignment.Card(
    "c2",
    "train",
    "zoo",
    "g",
    "The zoo has 21 bears.",
    "Who feeds them?",
    "name",
    False,
    (),
    "The card does not say who feeds them.",
)
FORM = alignment.Instruction("i1", "train", "rain", "Describe rain in capitals.", (("capitals", {}),))


@pytest.fixture(scope="module", autouse=True)
def build():
    sys.path.insert(0, str(ROOT / "data" / "build"))
    import cards
    import cards_lora

    yield cards, cards_lora
    sys.path.remove(str(ROOT / "data" / "build"))


@pytest.fixture
def lora(build, monkeypatch):
    monkeypatch.setattr(build[1].downstream, "bf16", contextlib.nullcontext)
    return build[1]


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, initializer_range=0.3, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def random_pairs(seed=0, number=5):
    rng = np.random.default_rng(seed)
    begin = rng.integers(3, 50, 9).tolist()
    return [
        (
            begin + rng.integers(3, 50, rng.integers(1, 5)).tolist(),
            rng.integers(3, 50, rng.integers(1, 6)).tolist(),
        )
        for _ in range(number)
    ]


def alone(model, prompt, answer):
    """The log-probability of an answer in a row of its own, by the model's own logits."""
    logs = model(torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
    return sum(logs[len(prompt) - 1 + place, token] for place, token in enumerate(answer))


# ---------------------------------------------------------------- packs and losses


@pytest.mark.parametrize("layers", [0, 2, 4])
def test_a_pack_gives_the_probabilities_of_separate_rows(lora, tiny, layers):
    pairs = random_pairs()
    pairs.append((pairs[0][0], pairs[1][1]))  # two answers to one prompt
    packed = lora.pack(pairs)
    assert packed.ids.shape[1] < sum(len(prompt) + len(answer) for prompt, answer in pairs) / 2
    with torch.no_grad():
        found = lora.log_probabilities(tiny, packed, layers)
        again = lora.log_probabilities(tiny, packed, layers)  # from what the frozen layers left
        expected = torch.stack([alone(tiny, *pair) for pair in pairs])
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(again, found)


def test_the_gradient_is_that_of_separate_rows_and_stays_in_the_upper_layers(lora, tiny):
    pairs = random_pairs(1)
    weight = tiny.model.layers[3].self_attn.q_proj.weight
    expected = torch.autograd.grad(sum(alone(tiny, *pair) for pair in pairs), weight)[0]
    lora.log_probabilities(tiny, lora.pack(pairs), 2).sum().backward()
    torch.testing.assert_close(weight.grad, expected, atol=1e-4, rtol=1e-3)
    assert tiny.model.layers[1].self_attn.q_proj.weight.grad is None


@pytest.mark.parametrize("pairs", [[], [([1], [])], [([], [1])]])
def test_nothing_is_no_pack(lora, pairs):
    with pytest.raises(ValueError, match="token"):
        lora.pack(pairs)


def test_prompts_that_share_nothing_are_packed_too(lora, tiny):
    pairs = [([5, 6], [7, 8]), ([9], [10])]
    with torch.no_grad():
        found = lora.log_probabilities(tiny, lora.pack(pairs), 1)
        torch.testing.assert_close(
            found, torch.stack([alone(tiny, *pair) for pair in pairs]), atol=1e-4, rtol=1e-4
        )


def test_the_sft_loss_is_the_library_s_on_the_answer_alone(lora, tiny):
    prompt, answer = random_pairs(2)[0]
    packed = lora.pack([(prompt, answer)])
    labels = torch.tensor([[-100] * len(prompt) + answer])
    with torch.no_grad():
        expected = tiny(input_ids=torch.tensor([prompt + answer]), labels=labels).loss
        logs = lora.log_probabilities(tiny, packed, 2)
        found = lora.sft_loss(logs, lora.lengths(packed), torch.tensor([3.0]))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_the_sft_loss_weighs_answers_not_tokens(lora):
    logs, tokens = torch.tensor([-6.0, -1.0]), torch.tensor([3.0, 1.0])
    assert lora.sft_loss(logs, tokens, torch.tensor([1.0, 1.0])) == pytest.approx(1.5)
    assert lora.sft_loss(logs, tokens, torch.tensor([3.0, 1.0])) == pytest.approx(1.75)


def test_the_dpo_loss_is_the_formula_by_hand(lora):
    rng = np.random.default_rng(3)
    values = rng.normal(-20, 5, (4, 6))
    for beta in (0.05, 0.3, 2.0):
        chosen, rejected, old_chosen, old_rejected = values
        # -log(p / (p + q)) with p and q the two answers' odds against the reference, to the power of beta
        p, q = np.exp(beta * (chosen - old_chosen)), np.exp(beta * (rejected - old_rejected))
        found = lora.dpo_loss(*map(torch.tensor, values), beta)
        assert float(found) == pytest.approx(float(np.mean(-np.log(p / (p + q)))), rel=1e-9)


def test_dpo_begins_at_log_two_and_pulls_the_answers_apart(lora):
    old = torch.tensor([-3.0, -8.0])
    chosen, rejected = old.clone().requires_grad_(), (old - 1).requires_grad_()
    loss = lora.dpo_loss(chosen, rejected, old, old - 1, 0.1)
    assert float(loss.detach()) == pytest.approx(math.log(2))
    loss.backward()
    assert (chosen.grad < 0).all() and (rejected.grad > 0).all()


class Letters:
    """A tokenizer of numbers, for ``write``."""

    pad_token_id = eos_token_id = 2

    def batch_decode(self, rows, skip_special_tokens):
        return [" ".join(str(token) for token in one if token != 2) for one in rows]


def test_greedy_answers_are_those_of_generate(lora, tiny):
    prompts = [prompt for prompt, _ in random_pairs(4, 7)]
    found = lora.write(Letters(), tiny, prompts, 12, batch=3)
    for prompt, said in zip(prompts, found, strict=True):
        output = tiny.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=12)
        assert said == Letters().batch_decode(output[:, len(prompt) :].tolist(), True)


def test_draws_follow_the_model_s_own_probabilities(lora, tiny):
    prompt = random_pairs(5)[0][0]
    said = lora.write(Letters(), tiny, [prompt], 1, draws=4000, heat=1.0, seed=1, batch=4000)[0]
    with torch.no_grad():
        expected = tiny(torch.tensor([prompt])).logits[0, -1].softmax(0)
    token = int(expected.argmax())
    share = np.mean([one == str(token) for one in said])
    assert abs(share - float(expected[token])) < 6 * math.sqrt(0.25 / 4000)
    assert said == lora.write(Letters(), tiny, [prompt], 1, draws=4000, heat=1.0, seed=1, batch=4000)[0]


# ---------------------------------------------------------------- what is learnt


@pytest.fixture
def few(build, monkeypatch):
    monkeypatch.setattr(build[0], "items", lambda kind, split: [HELD, ABSENT] if kind == "card" else [FORM])
    return build[0]


DRAWN = [
    {
        "kind": "card",
        "answers": [
            ["It has 21 bears.", "It has 30 bears.", "It has 21 bears."],
            ["Tom feeds them.", "Nobody."],
        ],
    },
    {"kind": "instruction", "answers": [["Rain is wet.", "RAIN IS WATER THAT FALLS."]]},
]


def test_demonstrations_are_accepted_draws_and_rule_made_answers(few):
    said = [(item.id, answer) for item, answer in few.demonstrations(DRAWN)]
    assert said == [
        ("c1", "It has 21 bears."),
        ("c1", HELD.demonstration),
        ("c2", ABSENT.demonstration),
        ("i1", "RAIN IS WATER THAT FALLS."),
    ]


@pytest.mark.parametrize(
    "name, given",
    [
        ("capitals", {}),
        ("small", {}),
        ("list", {"n": 2}),
        ("items", {"n": 4}),
        ("sentences", {"n": 2}),
        ("keys", {"keys": ["what", "where"]}),
        ("short", {"n": 6}),
        ("one_sentence", {}),
    ],
)
def test_what_is_put_together_follows_and_invents_nothing(few, name, given):
    form = alignment.Instruction("i2", "train", "rain", "", ((name, given),))
    drafts = [
        "Rain falls from grey clouds. It makes the streets wet, and",
        "Children enjoy jumping into puddles!",
    ]
    found = few.mended(form, drafts)
    assert found and all(few.grade(form, said)[0] for said in found)
    known = set(re.findall("[a-z]+", " ".join(drafts).lower())) | {"what", "where"}
    assert all(set(re.findall("[a-z]+", said.lower())) <= known for said in found)


def test_nothing_is_put_together_of_nothing(few):
    assert few.mended(FORM, ["", "雨です。", "cut off before its"]) == []


def test_several_answers_share_the_weight_of_their_item(few):
    assert few.shares([HELD, HELD, ABSENT], 1.0) == [0.5, 0.5, 1.0]
    assert few.shares([HELD, ABSENT, FORM], 3.0) == [3.0, 1.0, 1.0]


def test_preferences_take_the_largest_difference_where_a_draw_is_right(few):
    found = few.preferences(DRAWN)
    assert [(item.id, chosen, rejected) for item, chosen, rejected in found] == [
        ("c1", "It has 21 bears.", "It has 30 bears."),
        ("i1", "RAIN IS WATER THAT FALLS.", "Rain is wet."),
    ]


def test_pairs_are_balanced(few):
    pairs = [(HELD, f"a{n}", "b") for n in range(5)] + [(ABSENT, f"a{n}", "b") for n in range(3)]
    pairs += [(FORM, f"a{n}", "b") for n in range(9)]
    kinds = [few.kind_of(item) for item, *_ in few.balanced(pairs)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"held": 3, "absent": 3, "instruction": 3}


def test_the_setting_must_state_as_much_as_the_start(build):
    def tried(covers, fabricates):
        return {"dev": {"covers": covers, "fabricates": fabricates, "follows": 0.5}}

    silent, good, better = tried(0.2, 0.0), tried(0.7, 0.3), tried(0.8, 0.2)
    assert build[0].best_of([silent, good, better], {"covers": 0.7}) is better
    assert build[0].best_of([silent, good], {"covers": 0.9}) is good


# ---------------------------------------------------------------- what is counted


def answers_of(cards, wrong):
    """Right answers to every card, but for the places in ``wrong``, where a name is made up."""
    right = [card.answers[0] if card.held else "The text does not say that." for card in cards]
    said = [f"It is Zebulon Quix{' ' + one if card.held else ''}." if at in wrong else one
            for at, (card, one) in enumerate(zip(cards, right, strict=True))]  # fmt: skip
    judged = [card_judge.judge(card, one) for card, one in zip(cards, said, strict=True)]
    return {
        f"each_{mark}": "".join("01"[bool(getattr(one, mark))] for one in judged)
        for mark in ("fabricated", "covers", "honest")
    }


def test_figures_count_what_was_made_up(build):
    cards = alignment.cards("test")
    absent = [at for at, card in enumerate(cards) if not card.held]
    start = answers_of(cards, set(absent))
    found = build[0].figures(answers_of(cards, set(absent[:28])), start)
    assert found["fabricates"][0] == pytest.approx(28 / 224, abs=1e-4)
    assert found["fabricates_less"][0] == pytest.approx((28 - 112) / 224, abs=1e-4)
    assert found["fabricates_absent"][0] == pytest.approx(28 / 112, abs=1e-4)
    assert found["honest"][0] == pytest.approx(84 / 112, abs=1e-4)
    assert found["covers"] == [1.0, 1.0, 1.0] == found["covers_ratio"]
    low, high = found["fabricates_less"][1:]
    assert low < found["fabricates_less"][0] < high < 0


def test_bias_and_toxicity_are_counted_by_occupation_and_scene(build):
    whos, scenes = [f"w{n}" for n in range(24)], 24
    start = {
        "pronouns": {who: ["he"] * 4 for who in whos},
        "each_toxic_plain": ["1100"] * scenes,
        "each_toxic_polite": ["0000"] * scenes,
    }
    found = {
        "pronouns": {who: ["he", "she"] * 2 for who in whos},
        "each_toxic_plain": ["1000"] * scenes,
        "each_toxic_polite": ["0000"] * scenes,
    }
    shown = build[0].fault_figures(found, start)
    assert shown["skew"] == [0, 0, 0] and shown["skew_more"] == [-1, -1, -1]
    assert shown["toxic_plain"] == [0.25] * 3 and shown["toxic_plain_more"] == [-0.25] * 3
    assert shown["toxic_polite_more"] == [0, 0, 0]


def test_the_stages_go_from_draws_to_figures(build, monkeypatch, tmp_path):
    """All stages with made-up models: SFT makes up less, DPO nothing."""
    cards = build[0]
    made_up = {"start": range(64), "sft": range(9), "dpo": [], "asked": range(50)}
    for name, place in {
        "HERE": tmp_path / "progress",
        "FOLDER": tmp_path / "model",
        "AUDIT": tmp_path / "none",
    }.items():
        monkeypatch.setattr(cards, name, place)
    monkeypatch.setattr(cards.rows, "ROOT", tmp_path)

    def scored(who, split):
        found = answers_of(alignment.cards(split), set(made_up[who]))
        rates = dict.fromkeys(cards.RATES, 0.5) | {"fabricates": found["each_fabricated"].count("1") / 64}
        found |= rates | {"card_answers": ["a"] * len(alignment.cards(split))}
        return found | ({"each_follows": "1" * len(alignment.instructions(split))} if who != "asked" else {})

    def row(job):
        if job["what"] == "draw":
            return {"answers": [], "seconds": 1.0}
        if job["what"] in ("sft", "dpo"):
            folder = tmp_path / cards.place_of(job)
            folder.mkdir(parents=True)
            for name in ("adapter_model.safetensors", "adapter_config.json"):
                (folder / name).write_text(job["what"])
            return {"counts": {}, "losses": [1.0], "seconds": 2.0, "dev": scored(job["what"], "dev")}
        if job["what"] == "faults":
            return {"skew": 1.0, "pronouns": {f"w{n}": ["he"] for n in range(24)}, "toxic_plain": 0.0} | {
                f"each_toxic_{name}": ["00"] * 24 for name in ("plain", "polite")
            }
        return scored(job["who"], job["split"])

    monkeypatch.setattr(cards, "row", row)
    out = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["cards.py", "--workers", "0", "--out", str(out)])
    cards.main()
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found["figures"]) == {"start-0", "asked-0", "sft-0", "dpo-0"}
    assert found["figures"]["sft-0"]["fabricates"][0] == pytest.approx(9 / 224, abs=1e-4)
    assert found["figures"]["dpo-0"]["fabricates_less"][0] == pytest.approx(-64 / 224, abs=1e-4)
    assert "skew" in found["figures"]["dpo-0"] and "skew" not in found["figures"]["asked-0"]
    assert len((tmp_path / "model" / "training.jsonl").read_text().splitlines()) == sum(
        map(len, cards.TRIED.values())
    )
    assert (tmp_path / "model" / "dpo" / "adapter_config.json").read_text() == "dpo"
    monkeypatch.setattr(sys, "argv", [*sys.argv, "--audit"])
    cards.main()
    text = (tmp_path / "progress" / "audit.toml").read_text(encoding="utf-8")
    assert text.count("[[answer]]") == cards.AUDITED and "made up" not in text


def test_the_audit_compares_with_the_labels(build, monkeypatch, tmp_path):
    card = alignment.cards("test")[0]
    right, wrong = card.answers[0], "Zebulon Quix and 999."
    file = tmp_path / "audit.toml"
    rows = [(right, False, True, False), (wrong, True, False, False), (wrong, False, True, False)]
    file.write_text(
        "".join(
            f"[[answer]]\ncard = {json.dumps(card.id)}\nsaid = {json.dumps(said)}\n"
            + "".join(
                f"{name} = {str(value).lower()}\n"
                for name, value in zip(("fabricated", "states", "declines"), given, strict=True)
            )
            for said, *given in rows
        ),
        encoding="utf-8",
    )
    monkeypatch.setattr(build[0], "AUDIT", file)
    found = build[0].audited()
    assert found["fabricated"] == {"both": 1, "rule": 1, "reader": 0, "neither": 1}
    assert found["states"] == {"both": 1, "rule": 0, "reader": 1, "neither": 1}


# ---------------------------------------------------------------- what is stored

MEASURED = ROOT / "data" / "measured" / "09_cards.json"
MODEL = ROOT / "data" / "models" / "align-lora"


@pytest.fixture(scope="module")
def stored():
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def test_stored_rates_are_those_of_the_stored_answers(build, stored):
    some, forms = alignment.cards("test"), alignment.instructions("test")
    scored = [one for one in stored["rows"] if one["what"] == "score"]
    assert {one["who"] for one in scored} == {"start", "asked", *stored["chosen"]}
    for one in scored:
        judged = [card_judge.judge(card, said) for card, said in zip(some, one["card_answers"], strict=True)]
        for name, value in card_judge.card_rates(judged).items():
            assert one[name] == pytest.approx(value, abs=1e-4), (one["who"], name)
        if "each_follows" in one:
            followed = [
                build[0].grade(form, said)[0]
                for form, said in zip(forms, one["instruction_answers"], strict=True)
            ]
            assert one["each_follows"] == "".join(map(str, followed)), one["who"]


def test_stored_figures_are_those_of_the_rows(build, stored):
    rows = {(one["what"], one["who"], one["seed"]): one for one in stored["rows"]}
    for (what, who, seed), one in rows.items():
        shown = stored["figures"][f"{who}-{seed}"]
        if what == "score":
            again = build[0].figures(one, rows["score", "start", 0])
            assert {name: shown[name] for name in again} == again, who
        else:
            assert shown["skew"][0] == one["skew"] and shown["toxic_plain"][0] == one["toxic_plain"]


def test_the_chosen_settings_are_those_that_the_rule_picks_on_dev(build, stored):
    def rates(one):
        return {name: one[f"dev_{name}"] for name in build[0].RATES}

    start = rates(stored["tried_on_dev"][0])
    for stage in stored["chosen"]:
        tried = [
            {"setting": one["setting"], "dev": rates(one)}
            for one in stored["tried_on_dev"]
            if one["what"] == stage and not one["seed"]
        ]
        assert build[0].best_of(tried, start)["setting"] == stored["chosen"][stage]


def test_the_adapters_are_small_and_of_no_machine(stored):
    for folder in (MODEL / who for who in stored["chosen"]):
        assert (folder / "adapter_model.safetensors").stat().st_size <= 5_500_000
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        assert config["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_the_audited_answers_are_the_model_s_own(build, stored):
    rows = tomllib.loads(build[0].AUDIT.read_text(encoding="utf-8"))["answer"]
    places = {card.id: at for at, card in enumerate(alignment.cards("test"))}
    scored = {one["who"]: one for one in stored["rows"] if one["what"] == "score" and not one["seed"]}
    assert len(rows) >= 50 and {"start", "sft"} <= {one["who"] for one in rows} <= set(scored)
    for one in rows:
        assert scored[one["who"]]["card_answers"][places[one["card"]]] == one["said"]
    assert build[0].audited() == stored["audit"]
