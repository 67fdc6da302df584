"""nbgrader's settings for this course: its own commands (``nbgrader autograde`` …) work from this folder.

``python -m llmlab.grading grade`` and ``formgrader`` read the same file. What grading produces lies in
``grading/``, or in the folder that the environment variable ``LLMLAB_GRADING`` names.
"""

import os
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, SaveAutoGrades

from llmlab.grading import gradebook, queries
from llmlab.grading.clean import CleanOutputs
from llmlab.grading.execute import FencedExecute
from llmlab.grading.feedback import Feedback
from llmlab.grading.preprocessors import Grades, HideTests, SaveScores, ShortLines
from llmlab.grading.rubric import Rubric

c = get_config()  # noqa: F821

root = Path(__file__).resolve().parent
work = os.environ.get("LLMLAB_GRADING") or "grading"

c.CourseDirectory.course_id = "llmlab"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = f"{work}/submitted"
c.CourseDirectory.autograded_directory = f"{work}/autograded"
c.CourseDirectory.feedback_directory = f"{work}/feedback"
# A file there, or the Postgres server that the environment variable DATABASE names.
c.CourseDirectory.db_url = gradebook.address(root / work)

# The student version.
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError('ここに書いてください')"}
c.ClearSolutions.text_stub = "ここに答えを書いてください。"
c.ClearSolutions.enforce_metadata = True
c.ClearHiddenTests.enforce_metadata = True

# Grading: a limit per cell; a cell that does not end is stopped and the next one runs.
c.Execute.timeout = 30
c.Execute.interrupt_on_timeout = True
c.Execute.startup_timeout = 120
# nbgrader gives up a whole submission when a cell's last output comes late, as it does on a busy machine (4 s).
c.Execute.iopub_timeout = 60
# A warning on stderr is not an error; without this nbgrader takes all points of the test away.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"[\s\S]"
c.LimitOutput.max_lines = 500
# Whoever autogrades, make grade, nbgrader autograde or formgrader's button: submissions run inside the fence.
own = {Execute: FencedExecute, SaveAutoGrades: SaveScores}
steps = Autograde.autograde_preprocessors.default_args[0]
c.Autograde.autograde_preprocessors = [*(own.get(step, step) for step in steps), ShortLines]

# Feedback shows no hidden test: neither its source nor what a traceback tells of it.
c.GenerateFeedback.exporter_class = Feedback
c.GenerateFeedback.preprocessors = [Grades, HideTests, CleanOutputs, CSSHTMLHeaderPreprocessor]

# Formgrader (its process alone) reads a class of 1,000 in a few queries instead of thousands.
if os.environ.get("LLMLAB_FORMGRADER"):
    queries.faster()

# Formgrader shows the rubric beside each written answer; Rubric leaves every other page as it is.
c.HTMLExporter.preprocessors = [CleanOutputs, Rubric]
# In both, nothing that a student wrote or displayed runs.
c.HTMLExporter.filters = {"markdown2html": "llmlab.grading.clean.markdown"}
