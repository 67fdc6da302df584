"""Figures of papers, quoted with their source from ``data/papers.toml``."""

from llmlab import data


def value(key: str, name: str) -> str:
    """Return a quoted figure as it stands in the manifest, for example ``value("devlin2019", "mask_rate")``.

    Raises
    ------
    KeyError
        When the manifest lacks the paper or the figure.
    """
    return data.load("papers.toml")[key]["values"][name]["value"]


def cite(key: str) -> str:
    """Return a paper's authors, title, year and address in one line."""
    paper = data.load("papers.toml")[key]
    return f"{paper['authors']}「{paper['title']}」({paper['year']}) {paper['url']}"


def quote(key: str, name: str) -> None:
    """Print a quoted figure with its place in the paper, labelled 引用."""
    row = data.load("papers.toml")[key]["values"][name]
    print(f"【引用】{row['what']}: {row['value']}（{row['where']}） — {cite(key)}")
