"""Verdicts: one word for why a submission gets no points until a person has looked at it, and a sentence for each."""

from __future__ import annotations

TIME, MEMORY, PROCESSES, OUTPUT, CHANGED, DIED = "時間", "メモリ", "プロセス", "出力", "改変", "異常終了"
LOOK = "開いて確かめてください。"
SENTENCES = {
    TIME: f"止める合図に応じず、時間の上限を超えたので、終わらせました。終わらない処理がないか、{LOOK}",
    MEMORY: f"メモリの上限を超えたので、終わらせました。{LOOK}",
    PROCESSES: f"プロセスを作りすぎたので、終わらせました。{LOOK}",
    OUTPUT: f"出力が多すぎるので、終わらせました。{LOOK}",
    CHANGED: f"テストの土台が書き換えられたので、点を付けていません。{LOOK}",
    DIED: f"実行中にカーネルが落ちました。強制終了などがないか、{LOOK}",
}
MARK = "llmlab-verdict\t"


class Stopped(Exception):
    """A submission was stopped: ``verdict`` is the word, ``detail`` what a person needs to look at it."""

    def __init__(self, verdict: str, detail: str = ""):
        super().__init__(f"{verdict}: {detail}" if detail else verdict)
        self.verdict, self.detail = verdict, detail


def pack(stopped: Stopped) -> str:
    """Return a verdict as the text that a grading process sends."""
    return f"{MARK}{stopped.verdict}\t{stopped.detail}"


def word(said: str) -> str:
    """Return the verdict in what a grading process has sent, ``""`` when there is none."""
    return said.split("\t")[1] if said.startswith(MARK) else ""


def sentence(said: str) -> str:
    """Return what the instructor reads of a verdict."""
    _, verdict, detail = said.split("\t", 2)
    return f"【{verdict}】{SENTENCES[verdict]}" + (f"（{detail}）" if detail else "")
