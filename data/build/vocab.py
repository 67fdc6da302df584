"""Make the vocabulary of bert-ja-mini: WordPiece over MeCab's words, from the training pages alone.

``python data/build/vocab.py`` writes data/models/bert-ja-mini/vocab.txt and the tokenizer's settings.
"""

import argparse
from pathlib import Path

import fugashi
import unidic_lite
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertJapaneseTokenizer

from llmlab import corpus

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "data" / "models" / "bert-ja-mini"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def words(sentences, tagger):
    """Yield each sentence as MeCab's words with spaces between them."""
    for sentence in sentences:
        yield " ".join(word.surface for word in tagger(sentence))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "corpus")
    arguments = parser.parse_args()
    tagger = fugashi.Tagger(f"-d {unidic_lite.DICDIR}")
    pages = corpus.documents("train", arguments.folder)
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=arguments.size, special_tokens=SPECIAL, limit_alphabet=2500, continuing_subword_prefix="##"
    )
    lines = (line for page in pages for line in words(corpus.sentences(page), tagger))
    tokenizer.train_from_iterator(lines, trainer)
    vocab = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "vocab.txt").write_text("\n".join([*vocab, ""]), encoding="utf-8")
    BertJapaneseTokenizer(
        str(OUT / "vocab.txt"),
        do_lower_case=False,
        word_tokenizer_type="mecab",
        subword_tokenizer_type="wordpiece",
        mecab_kwargs={"mecab_dic": "unidic_lite"},
        model_max_length=512,
        # Two sentences come with their segments without being asked.
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(OUT)
    print(len(vocab), sorted(file.name for file in OUT.iterdir()))


if __name__ == "__main__":
    main()
