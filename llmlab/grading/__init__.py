"""The instructor's side: the student version, proving the tests, grading a class.

``python -m llmlab.grading`` lists the commands. Nothing here travels to the student edition.
"""
