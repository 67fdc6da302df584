"""The instructor's side: the student version, proving the tests, grading a class.

``python -m llmlab.grading`` lists the commands. Nothing here travels to the student edition.

The modules by subject:

Making exercises
    :mod:`~llmlab.grading.release` makes ``exercises/`` from ``solutions/``; :mod:`~llmlab.grading.student` makes the
    student edition; :mod:`~llmlab.grading.sync` writes badges and Colab's set-up cell into the notebooks.
What comes back
    :mod:`~llmlab.grading.intake` turns what was handed in into submissions. It reads folders and zips
    (:mod:`~llmlab.grading.archives`), the names that learning systems give (:mod:`~llmlab.grading.layouts`), the list
    of students (:mod:`~llmlab.grading.roster`) and notebooks (:mod:`~llmlab.grading.notebooks`), finds which cell is
    which (:mod:`~llmlab.grading.match`), mends them (:mod:`~llmlab.grading.mend`) or says why it cannot
    (:mod:`~llmlab.grading.refused`).
Grading
    :mod:`~llmlab.grading.grade` is the command, :mod:`~llmlab.grading.classrun` one run over a class.
    :mod:`~llmlab.grading.books` is the folder that it remembers in,
    :mod:`~llmlab.grading.gradebook` where nbgrader's gradebook is, :mod:`~llmlab.grading.dispatch` starts processes
    here or on a cluster, :mod:`~llmlab.grading.autograde` takes one submission through nbgrader in such a process,
    :mod:`~llmlab.grading.execute` runs its cells in the order that :mod:`~llmlab.grading.order` gives, and
    :mod:`~llmlab.grading.results` holds what was found. :mod:`~llmlab.grading.formgrader` opens the screen where a
    person grades written answers.
Kernels
    :mod:`~llmlab.grading.preload` is the process that kernels are forked from, :mod:`~llmlab.grading.provisioner`
    gives them to Jupyter, :mod:`~llmlab.grading.kernel` is what runs in them, :mod:`~llmlab.grading.fence` keeps them
    away from everything else, and :mod:`~llmlab.grading.cgroup` lets the system limit them where it can.
Tampering
    :mod:`~llmlab.grading.tamper` says whether a submission has changed what grades it, from what
    :mod:`~llmlab.grading.bindings` finds; :mod:`~llmlab.grading.verdicts` are the words for what stopped one.
Proving the tests
    :mod:`~llmlab.grading.zoo` runs right answers, misconceptions and mutants against the tests. It runs only the cells
    that can notice (:mod:`~llmlab.grading.reach`), in forks of one process (:mod:`~llmlab.grading.forks`).
What is returned and reported
    :mod:`~llmlab.grading.feedback` is the page that a student gets, :mod:`~llmlab.grading.preprocessors` and
    :mod:`~llmlab.grading.clean` are steps on the way to it, :mod:`~llmlab.grading.moodle` the zip in which Moodle takes
    it back, and :mod:`~llmlab.grading.rubric` shows the rubric to who
    grades. :mod:`~llmlab.grading.marks` makes marks of points. :mod:`~llmlab.grading.report` describes a class:
    it reads :mod:`~llmlab.grading.classbook`, computes :mod:`~llmlab.grading.items` and
    :mod:`~llmlab.grading.likeness`, and names students by :mod:`~llmlab.grading.pseudonyms`.
    :mod:`~llmlab.grading.forget` deletes a student's records.
"""

import sys

# jsonschema, which nbformat brings, would build a grammar for addresses with this package whenever it is imported:
# seconds before each command, and no format of a notebook asks for it.
sys.modules.setdefault("rfc3987_syntax", None)
