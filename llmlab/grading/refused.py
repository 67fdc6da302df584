"""Why a submission cannot be graded, said to the instructor."""

AGAIN = "出し直してもらってください。"


class Refused(Exception):
    """A submission that cannot be graded; the message is a sentence for the instructor."""


class OtherExercise(Refused):
    """A notebook of another exercise."""
