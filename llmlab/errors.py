"""The one exception that students see: a sentence that says what to do."""


class CourseError(RuntimeError):
    """One clear Japanese sentence for the student or the instructor, shown without a traceback.

    Parameters
    ----------
    message
        What happened and what to do next.
    """

    def _render_traceback_(self):
        """Return the lines that IPython shows instead of a traceback."""
        return [f"⚠ {self}"]
