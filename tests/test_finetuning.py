"""What lesson 02 measures of fine-tuning: the draws, the prompt's scores, the style's rule, the adapter."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "data" / "measured"


pytestmark = pytest.mark.usefixtures("build_path")


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    from llmlab import models

    return AutoTokenizer.from_pretrained(models.path("chat", "cpu"), padding_side="left")


@pytest.fixture
def tiny(tokenizer):
    """A SmolLM2 of two narrow layers, untrained: the same kind of model."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        initializer_range=0.2,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config).eval()


# ---------------------------------------------------------------- films


def test_draws_are_balanced_and_lie_in_one_another():
    import film_labels

    for seed in (0, 1, film_labels.DEV_SEED):
        largest = film_labels.draw(max(film_labels.LABELS), seed)
        assert {one.split for one in largest} == {"train"}
        for labels in film_labels.LABELS:
            drawn = film_labels.draw(labels, seed)
            assert drawn == largest[:labels] and len(set(drawn)) == labels
            assert Counter(one.label for one in drawn) == {0: labels // 2, 1: labels // 2}
    assert film_labels.draw(10, 0) != film_labels.draw(10, 1)


def test_batches_hold_every_sentence_once_an_epoch():
    import film_labels

    items = film_labels.draw(100, 0)
    epoch = -(-len(items) // film_labels.BATCH)
    found = list(film_labels.batches(items, 3 * epoch, seed=0))
    for first in range(0, 3 * epoch, epoch):
        assert Counter(one.number for part in found[first : first + epoch] for one in part) == Counter(
            one.number for one in items
        )
    assert max(map(len, found)) == film_labels.BATCH


def test_the_threshold_is_the_best_there_is():
    import film_labels

    rng = np.random.default_rng(0)
    for _ in range(20):
        scores, right = rng.normal(size=40).round(1), rng.integers(2, size=40)
        chosen = film_labels.best_threshold(scores, right)
        every = [((scores > limit) == right).mean() for limit in np.arange(-5, 5, 0.05)]
        assert ((scores > chosen) == right).mean() == max(every)


def test_a_prompts_beginning_may_be_read_once(tokenizer, tiny):
    import film_labels
    import rows
    import torch

    texts = ["a fine film", "dull", "a long, long, very long and rather empty evening at the cinema"]
    before = "Review: good\nSentiment: positive\n\n"
    ids = tokenizer([before + film_labels.SHOWN.format(text=text) for text in texts])["input_ids"]
    direction = torch.randn(32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        plain = [float(tiny.model(torch.tensor([row])).last_hidden_state[0, -1] @ direction) for row in ids]
    found = film_labels._next_word(tiny, ids, rows.common_length(ids), direction)
    # Where the CPU computes in bfloat16 the two differ by its rounding.
    assert np.allclose(found, plain, atol=0.05 * max(map(abs, plain)))
    assert len({len(tokenizer(word)["input_ids"]) for word in film_labels.ANSWERS}) == 1


def test_fine_tuning_learns_its_sentences_and_leaves_the_word_table():
    import film_labels
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    from llmlab import models

    words = AutoTokenizer.from_pretrained(models.path("encoder", "cpu"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    body = BertModel(config)
    table = body.embeddings.word_embeddings.weight.detach().clone()
    items = film_labels.draw(16, 0)
    logits = film_labels.fine_tune(body, words, items, 3e-3, 60, seed=0)
    found = film_labels.in_batches([one.text for one in items], logits).argmax(1)
    assert (found == film_labels.answers(items)).mean() > 0.9
    assert torch.equal(table, body.embeddings.word_embeddings.weight)


# ---------------------------------------------------------------- style


def test_the_rule_of_the_style():
    import style
    import test_texts

    answers = [one["answer"].strip() for one in style.STYLE["example"]]
    good = answers[0]
    bad = [
        good.replace("Why", "Because"),
        good.replace(".", "!"),
        good + " Really.",
        good + "\nBye.",
        good.replace("\n", "\n\n"),
        good.replace("Two", "Two " + "very " * 16),
        "Sure! " + good,
        "",
    ]
    assert all(style.in_style(answer) and style.in_form(answer) for answer in answers)
    assert not any(style.in_style(answer) for answer in bad)
    assert style.in_form(good.replace(".", "!")) and not style.in_form(good + "\nBye.")
    for answer in answers + bad:
        assert style.in_style(answer) == test_texts.follows_style(answer)


def test_ways_of_asking():
    import style

    question = style.prompts("dev")[0]
    assert len(style.prompts("dev")) == 20 and len(style.prompts("test")) == 40
    assert style.chat_of(question, "plain") == style.chat_of(question, "tuned")
    for wording, words in enumerate(style.WORDS["instruction"]):
        assert all(label in words for label in style.LABELS)
        (asked,) = style.chat_of(question, "asked", wording)
        assert words in asked["content"] and asked["content"].endswith(question)
        shown = style.chat_of(question, "shown", wording, draw=1)
        assert [message["role"] for message in shown] == ["user", "assistant"] * style.SHOWN + ["user"]
        assert words in shown[0]["content"] and shown[-1]["content"] == question
        assert all(style.in_style(message["content"]) for message in shown[1::2])
    assert style.chat_of(question, "shown", 0, 0) != style.chat_of(question, "shown", 0, 1)


def test_only_the_answer_is_learnt_and_only_the_adapter_changes(tokenizer, tiny, tmp_path):
    import style
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file

    data = style.examples(tokenizer)
    for (ids, answer), one in zip(data, style.STYLE["example"], strict=True):
        assert tokenizer.decode(ids[answer:]) == one["answer"].strip() + tokenizer.eos_token
        assert one["prompt"] in tokenizer.decode(ids[:answer])
    before = {name: weight.clone() for name, weight in tiny.state_dict().items()}
    adapted = style.adapted(tiny, layers=1, rank=2)
    losses = style.train(adapted, data[:8], rate=2e-2, epochs=12)
    assert losses[-1] < losses[0] - 0.1
    for name, weight in adapted.base_model.model.state_dict().items():
        if "lora_" not in name:
            assert torch.equal(weight, before[name.replace(".base_layer", "")]), name
    ids = torch.tensor([data[9][0]])
    with torch.inference_mode():
        said = adapted(input_ids=ids).logits
    style.save(adapted, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"adapter_model.safetensors", "adapter_config.json"}
    weights = load_file(tmp_path / "adapter_model.safetensors")
    assert {str(weight.dtype) for weight in weights.values()} == {"torch.float16"}
    assert all(".layers.1." in name for name in weights)
    bare = type(tiny)(tiny.config)
    bare.load_state_dict(before)
    with torch.inference_mode():
        again = PeftModel.from_pretrained(bare.eval(), tmp_path)(input_ids=ids).logits
    assert torch.allclose(said, again, atol=0.02)


def test_losses_on_other_text_are_those_of_its_tokens(tokenizer, tiny):
    import style
    import torch

    text = style.other_text("handbook")[0]
    ((total, count),) = style.losses_on(tokenizer, tiny, [text], length=32)
    ids = tokenizer(text)["input_ids"][:32]
    with torch.inference_mode():
        logits = tiny(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    assert count == len(ids) - 1
    assert total == pytest.approx(-float(logits[range(count), ids[1:]].sum()), abs=0.05)


# ---------------------------------------------------------------- what was measured


def measured(name: str) -> dict:
    return json.loads((MEASURED / name).read_text(encoding="utf-8"))


def test_the_film_rows_are_whole():
    import film_labels

    from llmlab import ratings

    content = measured("02_film_labels.json")
    films = ratings.films("test")
    assert content["complete"] and content["n"] == len(films) >= 1500
    assert content["groups"] == [one.group for one in films]
    kinds = Counter((row["method"], row["labels"]) for row in content["rows"])
    wanted = {(method, labels): 3 for method in film_labels.GRID for labels in film_labels.LABELS}
    assert kinds == wanted | {("prompt", 0): 1, ("prompt", film_labels.EXAMPLES): 3}
    for row in content["rows"]:
        assert len(row["right"]) == len(films)
        assert row["right"].count("1") / len(films) == pytest.approx(row["accuracy"], abs=1e-4)
    for row in content["rows"]:
        if row["method"] != "prompt":
            labels = film_labels.DEV_LABELS if row["method"] == "fine_tune" else row["labels"]
            tried = [
                o for o in content["chosen_on_dev"] if (o["method"], o["labels"]) == (row["method"], labels)
            ]
            assert len(tried) == len(film_labels.GRID[row["method"]])
            assert row["setting"] == max(tried, key=lambda one: one["accuracy"])["setting"]


def test_the_style_rows_are_whole():
    import rows
    import style

    content = measured("02_style.json")
    assert content["complete"]
    asked = [row for row in content["rows"] if row["what"] == "ask"]
    assert Counter(row["way"] for row in asked) == {"plain": 1, "asked": 1, "tuned": 1, "shown": 3}
    for row in asked:
        assert row["n"] == len(row["answers"]) == len(row["topic"]) == 40
        assert row["kept"] == rows.bits(map(style.in_style, row["answers"]))
    assert Counter(row["what"] for row in content["rows"] if row["tuned"] and row["what"] != "ask") == {
        "questions": 1,
        "text": len(style.OTHER),
    }
    tuned = [one for one in content["tried_on_dev"] if one["what"] == "tune"]
    best = max(tuned, key=lambda one: (one["style"], one["form"]))
    assert content["chosen"]["adapter"] == {name: best[name] for name in ("layers", "rank", "rate")}
    size = (style.FOLDER / "adapter_model.safetensors").stat().st_size
    assert size <= 5_000_000
    config = json.loads((style.FOLDER / "adapter_config.json").read_text(encoding="utf-8"))
    assert not config["base_model_name_or_path"].startswith(("/", "."))
