"""What nbgrader runs over a notebook beside its own steps; ``nbgrader_config.py`` names it."""

import ast
import builtins
import json
import re

from nbgrader import utils
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Dict

BEGIN = "BEGIN HIDDEN TESTS"
END = "END HIDDEN TESTS"
PLACE = "# （ここに、公開されていないテストがあります）"
HIDDEN = "（公開されていないテスト）"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
LATE = "CellTimeoutError"
WIDE = 5000  # characters of a printed line that are kept
CUT = "…（長い行なので、ここで切りました）"
SHORT = 8  # characters: a shorter line ("x = 1") says nothing about the tests


def hidden_lines(source: str) -> set[int]:
    """Return the numbers (from 1) of the lines of hidden tests, the two delimiters included."""
    numbers, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        inside = inside or BEGIN in line
        if inside:
            numbers.add(number)
        if END in line:
            inside = False
    return numbers


def public_messages(source: str) -> set[str]:
    """Return the fixed sentences that a test cell's hidden asserts say; never a computed one.

    An f-string counts when it holds only names of texts that the cell assigns.
    """
    numbers = hidden_lines(source)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    texts = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(text := _text(node.value, {}), str):
            texts |= {target.id: text for target in node.targets if isinstance(target, ast.Name)}
    found = set()
    for node in ast.walk(tree):
        if getattr(node, "lineno", 0) not in numbers:
            continue
        said = [node.msg] if isinstance(node, ast.Assert) and node.msg else []
        if isinstance(node, ast.Call):
            said = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
        found |= {_text(item, texts) for item in said}
    return found - {None}


def _text(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return the text that an expression always gives, or ``None``."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.FormattedValue) and node.conversion == -1 and node.format_spec is None:
        return _text(node.value, names)
    if isinstance(node, ast.JoinedStr):
        parts = [_text(part, names) for part in node.values]
        return None if None in parts else "".join(parts)
    return None


class Grades(GetGrades):
    """nbgrader's step that reads the scores, and which cells still wait for a person (``waiting``)."""

    def preprocess_cell(self, cell, resources, cell_index):
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if utils.is_grade(cell):
            mark = cell.metadata.nbgrader
            own = (mark["grade_id"], self.notebook_id, self.assignment_id, self.student_id)
            mark["waiting"] = self.gradebook.find_grade(*own).needs_manual_grade
        return cell, resources


class ShortLines(NbGraderPreprocessor):
    """Cuts very long lines that a cell printed; nbgrader's own limit counts lines, however long."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Return the cell with no printed line longer than ``WIDE``."""
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                lines = output.text.split("\n")
                output.text = "\n".join(line if len(line) <= WIDE else line[:WIDE] + CUT for line in lines)
        return cell, resources


class HideTests(NbGraderPreprocessor):
    """Takes hidden tests out of a notebook that becomes feedback.

    Their source leaves a comment. Of a failure inside them only the kind of error remains, and its
    message where that is a fixed sentence of the test. What the answer printed while they ran goes, and
    so does every line of any output that repeats a line of them.
    """

    def preprocess(self, nb, resources):
        """Return the notebook without hidden tests."""
        secret = set()
        for cell in nb.cells:
            if cell.cell_type == "code":
                lines = cell.source.split("\n")
                secret |= {lines[number - 1].strip() for number in hidden_lines(cell.source)}
        secret = {line for line in secret if len(line) >= SHORT}
        # An answer that prints a notebook's file shows the lines as JSON writes them.
        as_json = {json.dumps(line, ensure_ascii=flag)[1:-1] for line in secret for flag in (True, False)}
        self.secret = secret | as_json
        for cell in nb.cells:
            if cell.cell_type == "code":
                self._hide(cell)
            if cell.metadata.get("nbgrader", {}).get("comment") == "No response.":
                cell.metadata.nbgrader.comment = "答えが書かれていません。"
        return nb, resources

    def _hide(self, cell) -> None:
        hidden = hidden_lines(cell.source)
        if not hidden or not utils.is_grade(cell):
            for output in cell.outputs:
                self._sweep(output)
            return
        errors = [output for output in cell.outputs if output.output_type == "error"]
        # A cell that was stopped holds two: the interruption, and that the time was up.
        late = [output for output in errors if output.ename == LATE]
        cell.outputs = late or errors
        for output in cell.outputs:
            self._explain(output, cell, hidden)
            self._sweep(output)
        lines = []
        for number, line in enumerate(cell.source.split("\n"), 1):
            if number not in hidden:
                lines.append(line)
            elif BEGIN in line:
                lines.append(line[: len(line) - len(line.lstrip())] + PLACE)
        cell.source = "\n".join(lines)

    def _explain(self, output, cell, hidden: set[int]) -> None:
        """Rewrite the error of a test cell."""
        source = cell.source
        plain = ANSI.sub("", "\n".join(output.traceback))
        # A chain of exceptions shows frames of several cells; one of this cell's in a hidden test decides.
        frames = [(int(run), int(line)) for run, line in FRAME.findall(plain)]
        places = [line for run, line in frames if run == cell.execution_count]
        lines = source.split("\n")
        # Only a name of Python's own: an answer could write what it has seen into the name of a class.
        name = output.ename if hasattr(builtins, output.ename) else "エラー"
        if output.ename == LATE:
            said = ["時間の上限を超えたので、止めました。終わらない繰り返しがないか確かめてください。"]
        elif places and not hidden & set(places) and places[0] <= len(lines):
            said = [f"このセルの {places[0]} 行目: {lines[places[0] - 1].strip()}"]
            said.append(f"{output.ename}: {output.evalue}")
        elif output.evalue in public_messages(source):
            said = [f"{HIDDEN} {output.evalue}"]
        elif output.ename == "AssertionError":
            said = [f"{HIDDEN} 別の入力で、結果が期待と違いました。"]
        else:
            said = [f"{HIDDEN} 別の入力で実行すると {name} が起きました。"]
        output.evalue = said[-1]
        output.traceback = said

    def _sweep(self, output) -> None:
        """Blank every line of an output that repeats a line of the hidden tests."""
        if output.output_type == "stream":
            output.text = self._clean(output.text)
        elif output.output_type == "error":
            output.traceback = [self._clean(text) for text in output.traceback]
            output.evalue = self._clean(output.evalue)
        else:
            for kind, value in output.data.items():
                if isinstance(value, str) and not kind.startswith("image/"):
                    output.data[kind] = self._clean(value)

    def _clean(self, text: str) -> str:
        lines = text.split("\n")
        for number, line in enumerate(lines):
            plain = ANSI.sub("", line)
            if any(secret in plain for secret in self.secret):
                lines[number] = HIDDEN
        return "\n".join(lines)


def answer(cell) -> str:
    """Return what a student has written into a cell, pictures included, and the points that it can get."""
    points = cell.metadata.nbgrader.get("points")
    return json.dumps([cell.source, cell.get("attachments", {}), points and float(points)], sort_keys=True)


class SaveScores(SaveAutoGrades):
    """Saves points; a written answer that a person has graded and that has not changed stays graded.

    nbgrader's own step lets everything with a manual score wait again, the whole class when a test is mended.
    """

    graded = Dict(help="By grade_id, the answers (answer) that a person has graded.").tag(config=True)

    def _add_score(self, cell, resources) -> None:
        name = cell.metadata.nbgrader.grade_id
        one = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        if one.manual_score is None or name not in self.graded or self.graded[name] != answer(cell):
            super()._add_score(cell, resources)
            return
        one.auto_score, _ = utils.determine_grade(cell, self.log)
        one.needs_manual_grade = False
        self.gradebook.db.commit()  # one step: killed after it or before, the answer does not wait
