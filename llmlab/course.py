"""The course itself: its map and its rule on using AI, both edited in ``data/``."""

from llmlab import data


def lessons() -> list[dict]:
    """Return the rows of ``data/course.toml``, one a lesson."""
    return data.load("course.toml")["lesson"]


def show_map() -> None:
    """Show the course's lessons as a table: number, subject, what is measured, runtime."""
    from IPython.display import Markdown, display

    lines = ["| 回 | 題 | 測るもの | 実行環境 | 準備 |", "|---|---|---|---|---|"]
    for row in lessons():
        state = "できています" if row.get("built") else "準備中"
        lines.append(
            f"| {row['number']:02d} | {row['title']} | {row['measures']} | {row['runtime'].upper()} | {state} |"
        )
    display(Markdown("\n".join(lines)))


def show_ai_policy() -> None:
    """Show the rule on using AI in the exercises, ``data/ai_policy.md``."""
    from IPython.display import Markdown, display

    display(Markdown(data.find("ai_policy.md").read_text(encoding="utf-8")))
