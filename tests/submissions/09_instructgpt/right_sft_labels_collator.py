# approach: ライブラリの DataCollatorForSeq2Seq に、右を埋めさせる
# %% grade_id="sft-labels"
from transformers import DataCollatorForSeq2Seq, PreTrainedTokenizerFast
from tokenizers import Tokenizer
from tokenizers.models import WordLevel


def sft_labels(prompts, answers, end, pad):
    tool = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel({"[P]": 0}, unk_token="[P]")), pad_token="[P]")
    tool.padding_side = "right"
    rows = []
    for p, a in zip(prompts, answers):
        row = [*p, *a, end]
        rows.append({"input_ids": row, "attention_mask": [1] * len(row), "labels": [-100] * len(p) + row[len(p) :]})
    batch = DataCollatorForSeq2Seq(tool, return_tensors="pt")(rows)
    batch["input_ids"][batch["attention_mask"] == 0] = pad
    return dict(batch)
