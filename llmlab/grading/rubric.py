"""Shows the rubric beside each written answer in formgrader, and lets it work without a network; never in what a student gets."""

from __future__ import annotations

import json

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell

from llmlab.errors import CourseError
from llmlab.grading import release
from llmlab.grading.classbook import answer_region, text
from llmlab.grading.notebooks import mark_of

HEAD = "**採点のために（学生には見えません）**"
# Formgrader's page fetches MathJax from outside and opens its fields when that says it is done. Where it cannot be
# fetched, this says so in its place: formulas stay as they are written, everything else works.
NO_MATHJAX = """<script>
if (!window.MathJax) {
  const later = (done) => addEventListener("load", () => setTimeout(() => done("End")));
  const now = (done) => setTimeout(() => done("End"));
  window.MathJax = {Hub: {
    Config() {}, Queue() {},
    Startup: {signal: {Interest: (done) => (document.readyState === "complete" ? now : later)(done)}},
  }};
}
</script>"""


class Rubric(Preprocessor):
    """Puts the solution notebook's answer and rubric before each answer that a person grades.

    Formgrader alone names ``submission_id`` in its resources; for every other reader (feedback above all) the
    notebook stays as it is.
    """

    def preprocess(self, nb, resources):
        """Return the notebook with a cell of text before each manually graded cell."""
        if "submission_id" not in resources:
            return nb, resources
        nb.cells.insert(0, new_markdown_cell(NO_MATHJAX))
        try:
            path = release.find(resources["assignment_id"])
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (CourseError, OSError, ValueError, KeyError):
            return nb, resources  # graded without its solution notebook: nothing to show
        said = {
            own["grade_id"]: answer_region(text(cell["source"]))
            for cell in cells
            if (own := mark_of(cell)).get("grade") and own.get("solution")
        }
        shown = []
        for cell in nb.cells:
            own = mark_of(cell)
            if own.get("grade") and own.get("solution") and own["grade_id"] in said:
                quoted = "\n".join(f"> {line}" for line in said[own["grade_id"]].split("\n"))
                shown.append(new_markdown_cell(f"{HEAD}\n\n{quoted}"))
            shown.append(cell)
        nb.cells = shown
        return nb, resources
