"""The commands of ``python -m llmlab.grading``."""

import importlib
import sys

from llmlab.errors import CourseError

# command: (module of llmlab.grading, function, what the list of commands says)
COMMANDS = {
    "exercises": ("release", "main", "solutions/ から学生用の exercises/ を作る"),
    "student": ("student", "main", "答えを含まない学生版を dist/student/ に作る"),
    "grade": ("grade", "main", "提出されたノートブックを採点する: grade 演習 提出フォルダーか zip"),
    "marks": ("marks", "main", "遅れと延長を数え、評語と、成績を登録する CSV を作る"),
    "formgrader": ("formgrader", "main", "手で採点する画面（formgrader）を開く"),
    "report": ("report", "main", "クラスの報告を作る: 分布、セルの統計、似ている誤解、似た組"),
    "forget": ("forget", "main", "一人の学生の記録をすべて消す: forget 学籍番号"),
    "proof": ("zoo", "main", "正答・誤答・変異体で、採点のテストを確かめる"),
    "sync": ("sync", "main", "Colab のバッジと準備のセルを書き込む"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in COMMANDS:
        print("使い方: python -m llmlab.grading 命令 …")
        for name, (_, _, text) in COMMANDS.items():
            print(f"  {name:<11}{text}")
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    module, function, _ = COMMANDS[arguments[0]]
    try:
        return getattr(importlib.import_module(f"llmlab.grading.{module}"), function)(arguments[1:]) or 0
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
