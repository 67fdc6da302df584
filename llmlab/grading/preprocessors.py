"""What nbgrader runs over a notebook beside its own steps; ``nbgrader_config.py`` names it."""

import ast
import builtins
import re

from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

BEGIN = "BEGIN HIDDEN TESTS"
END = "END HIDDEN TESTS"
PLACE = "# （ここに、公開されていないテストがあります）"
HIDDEN = "（公開されていないテスト）"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")
LATE = "CellTimeoutError"
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
    """Return the fixed sentences that a test cell's hidden asserts say; never a computed one."""
    numbers = hidden_lines(source)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    found = set()
    for node in ast.walk(tree):
        if getattr(node, "lineno", 0) not in numbers:
            continue
        said = [node.msg] if isinstance(node, ast.Assert) else []
        if isinstance(node, ast.Call):
            said = [keyword.value for keyword in node.keywords if keyword.arg == "message"]
        found |= {
            item.value for item in said if isinstance(item, ast.Constant) and isinstance(item.value, str)
        }
    return found


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
        self.secret = {line for line in secret if len(line) >= SHORT}
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
            self._explain(output, cell.source, hidden)
            self._sweep(output)
        lines = []
        for number, line in enumerate(cell.source.split("\n"), 1):
            if number not in hidden:
                lines.append(line)
            elif BEGIN in line:
                lines.append(line[: len(line) - len(line.lstrip())] + PLACE)
        cell.source = "\n".join(lines)

    def _explain(self, output, source: str, hidden: set[int]) -> None:
        """Rewrite the error of a test cell."""
        plain = ANSI.sub("", "\n".join(output.traceback))
        places = [int(number) for number in FRAME.findall(plain)]
        lines = source.split("\n")
        # Only a name of Python's own: an answer could write what it has seen into the name of a class.
        name = output.ename if hasattr(builtins, output.ename) else "エラー"
        if output.ename == LATE:
            said = ["時間の上限を超えたので、止めました。終わらない繰り返しがないか確かめてください。"]
        elif places and places[0] not in hidden and places[0] <= len(lines):
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
