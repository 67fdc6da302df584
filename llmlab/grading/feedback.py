"""The page that a student gets back, in Japanese: nbgrader's own template with its words translated."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets import default

TEMPLATE = Path(handlers.template_path) / "feedback" / "index.html.j2"
SCORE = "cell.metadata.nbgrader.score | float | round(2)"
WORDS = {
    # 0 points would be wrong while a written answer waits for its reader.
    f"{{{{ {SCORE} }}}}": f"{{{{ '採点待ち' if cell.metadata.nbgrader.waiting else {SCORE} }}}}",
    "<html>": '<html lang="ja">',
    '<meta charset="utf-8" />': '<meta charset="utf-8" />\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1" />',
    "min-width: 21ex;": "min-width: 8ex;",
    # On a phone a heading takes two lines: without this its floats reach into the code below and squeeze it.
    "height: 37px;": "min-height: 37px;\n    overflow: hidden;",
    "li.late-penalty {": "div.output_area pre {\n    white-space: pre-wrap;\n}\n\n"
    "@media (max-width: 600px) {\n    .container {\n        padding: 0 2px;\n    }\n    .panel-body {\n"
    "        padding: 6px;\n    }\n}\n\nli.late-penalty {",
    "(Score: ": "（得点: ",
    " round(2) }})": " round(2) }}）",
    "Score: {{": "得点: {{",
    ">Test cell<": ">テスト {{ cell.metadata.nbgrader.grade_id }}<",
    ">Coding free-response<": ">コード {{ cell.metadata.nbgrader.grade_id }}<",
    ">Written response<": ">記述 {{ cell.metadata.nbgrader.grade_id }}<",
    ">Task<": ">課題 {{ cell.metadata.nbgrader.grade_id }}<",
    ">Comment<": ">コメント<",
    "Late submission penalty": "遅れによる減点",
    ">(Top)<": ">（先頭へ）<",
    "Student's answer": "あなたの答え",
    "Student's task": "あなたの課題",
    "Grade cell: ": "テスト: ",
    "Task: ": "課題: ",
    "<b>Comments:</b>": "<b>コメント:</b>",
}


class Feedback(HTMLExporter):
    """nbconvert's exporter with nbgrader's feedback template, translated."""

    @default("raw_template")
    def _raw_template(self) -> str:
        text = TEMPLATE.read_text(encoding="utf-8")
        for english, japanese in WORDS.items():
            text = text.replace(english, japanese)
        return text
