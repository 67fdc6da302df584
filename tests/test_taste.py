"""Lesson 09's taste: splits, people's orders, the cut model, the reward's loss, PPO's step, fluency and wins."""

import contextlib
import copy
import hashlib
import importlib.util
import itertools
import json
import math
import sys

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from llmlab import ratings, taste
from llmlab.errors import CourseError
from tests.rules import ROOT


@pytest.fixture(scope="module", autouse=True)
def build():
    sys.path.insert(0, str(ROOT / "data" / "build"))
    import taste_lm
    import taste_reward
    import taste_rl

    yield taste_lm, taste_reward, taste_rl
    sys.path.remove(str(ROOT / "data" / "build"))


@pytest.fixture(autouse=True)
def single(build, monkeypatch):
    """Compute in single precision: what is compared here must not depend on the CPU."""
    monkeypatch.setattr(build[0].downstream, "bf16", contextlib.nullcontext)
    monkeypatch.setattr(build[0].rows, "fast_dtype", lambda: "float32")


def tiny(layers=2, words=40, seed=0):
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=words,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        initializer_range=0.4,
        bos_token_id=0,
        eos_token_id=0,
    )
    return LlamaForCausalLM(config).eval()


def sentence(number, group, values, text="a film of some words in a row"):
    return ratings.Sentence("films", str(number), group, text, tuple(values), float(np.mean(values)), "train")


# ---------------------------------------------------------------- splits and prompts


def test_parts_are_whole_blocks_of_the_train_sentences_and_share_none():
    blocks = {part: {one.group for one in taste.films(part)} for part in (*taste.SHARES, "dev", "test")}
    for one, other in itertools.combinations(blocks, 2):
        assert not blocks[one] & blocks[other], (one, other)
    train = {one.group for one in ratings.sentences("films", "train")}
    assert set.union(*(blocks[part] for part in taste.SHARES)) == train
    assert taste.films("test") == ratings.sentences("films", "test")
    for part, share in taste.SHARES.items():
        assert len(blocks[part]) / len(train) == pytest.approx(share, abs=0.01)


def test_the_split_is_frozen():
    named = {part: sorted({one.group for one in taste.films(part)}) for part in taste.SHARES}
    assert hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16] == "20a00a2fc082530d"


def test_a_part_that_is_not_there():
    with pytest.raises(ValueError, match="text, reward, judge, dev, test"):
        taste.films("train")


def test_beginnings_have_four_words_and_come_once():
    found = taste.starts("test")
    assert len(found) == len(set(found)) >= 400
    assert all(len(one.split()) == taste.WORDS for one in found)
    longer = [taste.tidy(one.text) for one in taste.films("test")]
    assert all(any(text.startswith(start + " ") for text in longer) for start in found[:20])


def test_too_short_a_sentence_and_a_direction_that_is_not_there():
    assert taste.start_of("One two  three four five.") == "One two three four"
    with pytest.raises(CourseError, match="4 語より多く"):
        taste.start_of("One two three four")
    with pytest.raises(CourseError, match="neutral"):
        taste.prompt("neutral", "One two three four")


def test_demonstrations_are_clear_sentences_of_the_text_blocks():
    known = {taste.tidy(one.text): one.mean for one in taste.films("text")}
    found = taste.demonstrations()
    assert len(found) > 2000
    for asked, answer in found[:200]:
        head, start = asked.split(": ", 1)
        mean = known[start + answer]
        assert abs(mean) >= taste.CLEAR and ("favourable" in head) == (mean > 0)


# ---------------------------------------------------------------- people


def test_pairs_hold_one_persons_order_and_no_ties():
    some = [sentence(0, 1, [1, 2]), sentence(1, 1, [3, 2]), sentence(2, 2, [0, 0]), sentence(3, 1, [0, 4])]
    found = taste.pairs(some, range(2))
    got = set(zip(found.first.tolist(), found.second.tolist(), found.prefers.tolist(), strict=True))
    # 0-1: the first person prefers 1, the second ties; sentence 2 stands in another block.
    assert got == {(0, 1, 0), (0, 3, 1), (0, 3, 0), (1, 3, 1), (1, 3, 0)}
    assert set(found.group.tolist()) == {1}
    gaps = dict(zip(zip(found.first.tolist(), found.second.tolist(), strict=True), found.gap, strict=True))
    assert gaps[0, 1] == pytest.approx(1.0)
    assert len(taste.pairs(some, [1]).first) == 2
    assert len(taste.pairs(some[:1], [0]).first) == 0


def test_agreement_of_people_equals_counting_it():
    rng = np.random.default_rng(3)
    some = [sentence(n, n // 5, rng.integers(-2, 3, 4)) for n in range(10)]
    for low, high in ((0.0, 9.0), (0.5, 1.5)):
        got = taste.people(some, low, high)
        for group in (0, 1):
            agreed, n = 0.0, 0
            for a, b in itertools.combinations([one for one in some if one.group == group], 2):
                if low <= abs(a.mean - b.mean) < high:
                    for p, q in itertools.combinations(range(4), 2):
                        product = (a.ratings[p] - b.ratings[p]) * (a.ratings[q] - b.ratings[q])
                        agreed += 0.5 if not product else float(product > 0)
                        n += 1
            assert got[group] == (pytest.approx(agreed), n)


def test_accuracy_counts_ties_as_half_and_sees_a_turned_sign(build):
    reward = build[1]
    rng = np.random.default_rng(4)
    some = [sentence(n, n // 6, rng.integers(-3, 4, 5)) for n in range(12)]
    scores = rng.normal(size=12)
    good, bad = reward.accuracy(some, scores), reward.accuracy(some, -scores)
    whole = good[0]
    assert (whole["low"], whole["high"]) == reward.HEADLINE
    right, n, firm, two, same = 0.0, 0, [], 0, 0
    for a, b in itertools.combinations(range(12), 2):
        if some[a].group == some[b].group and 0.5 <= abs(some[a].mean - some[b].mean) < 1.5:
            for p in range(5):
                order = some[a].ratings[p] - some[b].ratings[p]
                right += 0.5 if not order else float((order > 0) == (scores[a] > scores[b]))
                n += 1
                firm += [(order > 0) == (scores[a] > scores[b])] if order else []
            for p, q in itertools.combinations(range(5), 2):
                product = (some[a].ratings[p] - some[b].ratings[p]) * (
                    some[a].ratings[q] - some[b].ratings[q]
                )
                two, same = two + (product != 0), same + (product > 0)
    assert sum(whole["right"]) == pytest.approx(right) and sum(whole["judgements"]) == n
    assert (sum(whole["decided"]), sum(whole["decided_right"])) == (len(firm), sum(firm))
    assert (sum(whole["people_decided"]), sum(whole["people_decided_right"])) == (two, pytest.approx(same))
    assert sum(bad[0]["right"]) == pytest.approx(n - right)
    assert sum(sum(one["pairs"]) for one in good[1:]) == 2 * math.comb(6, 2)


def test_pair_loss_is_the_formula(build):
    scores = torch.tensor([0.5, -1.0, 2.0])
    got = build[1].pair_loss(scores, torch.tensor([0, 1]), torch.tensor([1, 2]), torch.tensor([1, 0]))
    wanted = [math.log(1 + math.exp(-1.5)), math.log(1 + math.exp(-3.0))]
    assert float(got) == pytest.approx(np.mean(wanted), rel=1e-5)


# ---------------------------------------------------------------- the small model


def test_a_small_vocabulary_spells_what_it_lacks():
    whole = taste.language_tokenizer()
    kept = taste.vocabulary(whole, ["A film that readers find favourable."] * 2, 238)
    assert kept[0] == taste.END and len(kept) == len(set(kept)) == 238
    small, large = taste.Tokens(whole, kept), taste.Tokens(whole)
    for text in ("A film", "Unfathomably gorgeous — café, naïve 映画!", ' "quoted" and it\'s'):
        ids = small.encode(text)
        assert small.decode(ids) == text == large.decode(large.encode(text))
        assert max(ids) < 238 and len(ids) >= len(large.encode(text))
    assert small.decode([taste.END, *small.encode("A film"), taste.END]) == "A film"
    with pytest.raises(ValueError, match="bytes"):
        taste.vocabulary(whole, ["a"], 10)


def test_the_cut_model_is_the_whole_one_with_layers_that_pass_on():
    """A layer whose two outputs are zero hands its input on: with all others so, the whole model is the cut one."""
    whole = tiny(layers=30)
    for place, layer in enumerate(whole.model.layers):
        if place not in taste.KEPT:
            layer.self_attn.o_proj.weight.data.zero_()
            layer.mlp.down_proj.weight.data.zero_()
    kept = [0, 3, 5, 7, 11, 30, 39]
    whole.generation_config.eos_token_id = whole.config.pad_token_id = 5  # another token in the kept vocabulary
    small = taste.cut(copy.deepcopy(whole), kept)
    for config in (small.config, small.generation_config):
        assert config.bos_token_id == config.eos_token_id == config.pad_token_id == taste.END
    new = torch.tensor([[0, 2, 6, 1, 4]])
    old = torch.tensor(kept)[new]
    with torch.no_grad():
        torch.testing.assert_close(small(new).logits, whole(old).logits[..., kept], atol=1e-4, rtol=1e-4)
        steps = small(new[:, :3], use_cache=True)
        last = small(new[:, 3:], past_key_values=steps.past_key_values).logits
        torch.testing.assert_close(last, small(new).logits[:, 3:], atol=1e-4, rtol=1e-4)
    assert small.lm_head.weight is small.model.embed_tokens.weight


def test_drawing_without_heat_is_greedy_search(monkeypatch):
    monkeypatch.setattr(taste, "HEAT", 1e-4)
    model = tiny(seed=2)
    prompts = [[0, 5, 6, 7], [0, 9], [0, 8, 30]]
    got = taste.sample(model, prompts, 6)
    for row, asked in zip(got.tolist(), prompts, strict=True):
        ids = torch.tensor([asked])
        wanted = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=6)
        new = wanted[0, len(asked) :].tolist()
        assert row[: len(new)] == new
        assert not any(row[len(new) :])
        if taste.END in row:
            assert not any(row[row.index(taste.END) :])


def test_a_collapsed_model_is_said():
    model = tiny()
    model.model.norm.weight.data[:] = float("nan")
    with pytest.raises(CourseError, match="学習率"):
        taste.sample(model, [[0, 3]], 2)


def test_reading_skips_the_beginning_and_the_padding():
    class Words:
        def encode(self, text):
            return [int(one) for one in text.split()]

    model = tiny(seed=5)
    texts, known = ["3 4 5 6", "7 8 9 10 11 12 13"], ["3 4", "7"]
    logs, vectors = taste.read(Words(), model, known, texts)
    for row, (text, begin) in enumerate(zip(texts, known, strict=True)):
        ids = torch.tensor([[taste.END, *Words().encode(text)]])
        with torch.no_grad():
            output = model(ids, output_hidden_states=True)
        first = 1 + len(begin.split())
        chances = output.logits[0].log_softmax(-1)
        wanted = [float(chances[at - 1, ids[0, at]]) for at in range(first, ids.shape[1])]
        assert logs[row] == pytest.approx(np.mean(wanted), rel=1e-4)
        np.testing.assert_allclose(vectors[row, -1], output.hidden_states[-1][0, 1:].mean(0), atol=1e-4)


def test_a_policy_that_is_not_there(tmp_path):
    with pytest.raises(CourseError, match="text-small"):
        taste.policy("sft", tmp_path)
    with pytest.raises(ValueError, match="small or large"):
        taste.language_model("middle")


# ---------------------------------------------------------------- training


def test_batches_hold_every_item_once_and_no_more_tokens_than_allowed(build):
    lm = build[0]
    items = [(list(range(length)), 1) for length in np.random.default_rng(0).integers(2, 60, 300)]
    found = lm.batches(items, 1)
    assert sorted(place for batch in found for place in batch) == list(range(300))
    assert all(len(batch) * max(len(items[place][0]) for place in batch) <= lm.TOKENS for batch in found)
    assert found != lm.batches(items, 2)


def test_only_the_answer_is_learnt(build):
    lm = build[0]
    model, items = tiny(), [([0, 5, 6, 7, 8, 0], 3), ([0, 9, 10, 0], 2)]
    got = lm.answer_losses(model, *lm.together(items))
    wanted = []
    for tokens, first in items:
        with torch.no_grad():
            chances = model(torch.tensor([tokens])).logits[0].log_softmax(-1)
        wanted += [-float(chances[at - 1, tokens[at]]) for at in range(first, len(tokens))]
    np.testing.assert_allclose(got.detach(), wanted, rtol=1e-4)
    sums = lm.losses_on(model, items)
    assert sums[0] == (pytest.approx(sum(wanted[:3]), abs=2e-3), 3)
    assert sums[1] == (pytest.approx(sum(wanted[3:]), abs=2e-3), 2)


def test_a_stopped_training_goes_on_to_the_same_weights(build, tmp_path, monkeypatch):
    lm = build[0]
    monkeypatch.setattr(lm, "TOKENS", 24)
    items = [([0, *np.random.default_rng(n).integers(1, 40, 5).tolist(), 0], 1) for n in range(18)]

    def weights(place, minutes):
        torch.manual_seed(0)
        model = lm.style.adapted(tiny(), 2, 2)
        log, calls = None, 0
        while log is None:
            log, calls = lm.train(model, items, 1e-2, 1, 0, tmp_path / place, minutes), calls + 1
            if log is None:  # a new process knows the file alone
                torch.manual_seed(0)
                model = lm.style.adapted(tiny(), 2, 2)
        return [one.detach() for one in model.parameters() if one.requires_grad], calls

    whole, once = weights("a.pt", 9)
    parts, often = weights("b.pt", 0)
    assert (once, often) == (1, len(lm.batches(items, 0)))
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other)


def test_demonstrations_for_training_leave_the_plain_half_out(build):
    lm = build[0]
    plain, shown = lm.halves()
    assert not {one.group for one in plain} & {one.group for one in shown}
    assert {one.group for one in plain + shown} == {one.group for one in taste.films("text")}
    tokenizer = taste.Tokens(taste.language_tokenizer())
    items = lm.shown(tokenizer, "text")
    clear = [one for one in shown if abs(one.mean) >= 1 and len(taste.tidy(one.text).split()) > 4]
    assert len(items) == len(clear)
    tokens, first = items[0]
    assert tokenizer.decode(tokens[:first]).startswith("A film review that readers find ")
    start = tokenizer.decode(tokens[:first]).split(": ")[1]
    assert start + tokenizer.decode(tokens[first:]) == taste.tidy(clear[0].text)


def test_a_finished_stage_is_known_by_its_row_or_by_what_the_repository_holds(build, tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("taste_stages", ROOT / "data" / "build" / "taste.py")
    stages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stages)
    weights = tmp_path / "weights"
    monkeypatch.setattr(stages, "HERE", tmp_path / "build")
    monkeypatch.setattr(stages, "STORED", {"sft": weights})
    monkeypatch.setattr(stages.rows, "MEASURED", tmp_path)
    assert stages.kept("sft") is None
    (tmp_path / "09_taste.json").write_text('{"sft": {"chosen": 1}, "ppo": {"runs": {}}}')
    assert stages.kept("sft") is None  # the figures alone are not the model
    weights.write_text("")
    assert stages.kept("sft") == {"chosen": 1}
    assert stages.kept("ppo") is None
    stages.keep("sft", {"chosen": 0})
    assert stages.kept("sft")["chosen"] == 0


# ---------------------------------------------------------------- PPO


def test_probabilities_of_padded_rows_are_those_of_single_ones(build):
    model, rows = tiny(seed=1), [[0, 5, 6, 7], [0, 9]]
    said = [[3, 4, 2], [8, 1, 6]]
    ids = torch.tensor([rows[0] + said[0], [0, 0, *rows[1], *said[1]]])
    seen = torch.tensor([[1] * 7, [0, 0] + [1] * 5])
    with torch.no_grad():
        got = build[2].log_probabilities(model, ids, seen, 3)
        for row, (asked, new) in enumerate(zip(rows, said, strict=True)):
            chances = (model(torch.tensor([asked + new])).logits[0] / taste.HEAT).log_softmax(-1)
            wanted = [float(chances[len(asked) - 1 + at, token]) for at, token in enumerate(new)]
            np.testing.assert_allclose(got[row], wanted, rtol=1e-4, atol=1e-5)


def test_advantages_are_what_is_to_come_less_the_other_draws(build):
    rewards = torch.tensor([1.0, 3.0, -1.0, 0.0])
    kl = torch.tensor([[0.5, 1.0, 9.0], [0.0, 2.0, 1.0], [1.0, 9.0, 9.0], [0.2, 0.2, 0.2]])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 1]]).float()
    weight, raw = 0.5, np.zeros((4, 3))
    whole = [
        float(rewards[row]) - weight * sum(float(k * m) for k, m in zip(kl[row], mask[row], strict=True))
        for row in range(4)
    ]
    for row in range(4):
        other = whole[row ^ 1]
        for at in range(3):
            cost = sum(float(kl[row, later] * mask[row, later]) for later in range(at, 3))
            raw[row, at] = float(rewards[row]) - weight * cost - other
    used = raw[mask.numpy() > 0]
    wanted = np.where(mask > 0, (raw - used.mean()) / used.std(), 0)
    np.testing.assert_allclose(build[2].advantages(rewards, kl, mask, weight, 2), wanted, atol=1e-4)


def test_the_clipped_loss_is_the_formula_token_by_token(build):
    rng = np.random.default_rng(0)
    new, old, gain = (torch.tensor(rng.normal(0, 0.4, (5, 4)), dtype=torch.float32) for _ in range(3))
    mask = torch.tensor(rng.integers(0, 2, (5, 4))).float()
    total = 0.0
    for n, o, a, m in zip(new.flatten(), old.flatten(), gain.flatten(), mask.flatten(), strict=True):
        ratio = math.exp(float(n) - float(o))
        near = min(max(ratio, 0.8), 1.2)
        total -= float(m) * min(ratio * float(a), near * float(a))
    assert float(build[2].clipped_loss(new, old, gain, mask, 0.2)) == pytest.approx(
        total / float(mask.sum()), rel=1e-4
    )


class Letters:
    """A tokenizer of a few signs, enough for PPO's step."""

    signs = "\0 abcdefghijklmnopqrstuvwxyzAF:"

    def encode(self, text):
        return [self.signs.index(one) for one in text.lower() if one in self.signs[1:]]

    def decode(self, ids):
        return "".join(self.signs[one] for one in ids if one)


def test_ppo_moves_towards_the_reward_and_the_kl_term_holds_it_back(build, monkeypatch):
    rl, lm = build[2], build[0]
    monkeypatch.setattr(taste, "ROOM", 6)
    monkeypatch.setattr(taste, "sample", lambda model, asked, whole=taste.sample: whole(model, asked, 6))

    def score(texts):
        return np.array([text[1:].count("a") for text in texts], float)

    end = {}
    for weight in (0.0, 5.0):
        torch.manual_seed(0)
        model = lm.style.adapted(tiny(words=len(Letters.signs), seed=3), 2, 4)
        optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=2e-2)
        rows = [
            rl.step(Letters(), model, score, optimizer, [("favourable", "b")] * 8, weight) for _ in range(12)
        ]
        assert rows[0]["kl"] == pytest.approx(0, abs=1e-4)  # it begins as its reference
        end[weight] = rows[0]["reward"], np.mean([row["reward"] for row in rows[-3:]]), rows[-1]["kl"]
    assert end[0.0][1] > end[0.0][0] + 0.5
    assert end[5.0][2] < end[0.0][2] / 2


# ---------------------------------------------------------------- fluency and wins


def test_repetition_and_copies():
    assert taste.repeats("It is a good film, it is a good one.")
    assert not taste.repeats("It is a good film, it is one.")
    known = taste.runs_of(["one two three four five six seven eight nine"])
    assert taste.copies("Two, three four five six seven eight nine!", known)
    assert not taste.copies("two three four five six seven eight ten", known)


def test_fluent_needs_all_four():
    real, known = (-6.0, -2.0), taste.runs_of(["a b c d e f g h"])
    assert taste.fluent("a quiet film about friends", -3.0, real, known)
    assert not taste.fluent("a quiet film about friends", -6.1, real, known)
    assert not taste.fluent("a quiet film about friends", -1.9, real, known)
    assert not taste.fluent("a b c d e f g h", -3.0, real, known)
    assert not taste.fluent("a quiet film about", -3.0, real, known)
    assert not taste.fluent("so so so so so", -3.0, real, known)
    assert not taste.fluent("a quiet film about friends", float("nan"), real, known)


def test_wins_and_ties():
    assert taste.wins([True, True, False, False], [True, False, True, False]).tolist() == [0.5, 1, 0, 0.5]
    with pytest.raises(CourseError, match="同じ数"):
        taste.wins([True], [True, False])
    with pytest.raises(CourseError):
        taste.wins([], [])
    assert taste.right_way("critical", np.array([-0.1, 0.1])).tolist() == [True, False]
    assert taste.right_way("favourable", np.array([-0.1, 0.1])).tolist() == [False, True]


def test_the_second_judge_tells_praise_from_blame():
    judge = taste.second_judge()
    good, bad = judge(["A wonderful, moving and funny film.", "A dull, tedious and stupid mess of a film."])
    assert good > 0 > bad
