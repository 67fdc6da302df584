"""Figures that everyone can read: Japanese glyphs, an alt text, colours that survive colour blindness."""

import base64
import html
import io

# Okabe & Ito (2008), "Color Universal Design": distinguishable with every common colour vision.
COLORS = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#000000"]
DOTS_PER_INCH = 110


def use() -> None:
    """Set the Japanese font, the colours and a plain style for every figure that follows."""
    import matplotlib
    import matplotlib_fontja

    matplotlib_fontja.japanize()
    matplotlib.rcParams.update(
        {
            "axes.prop_cycle": matplotlib.cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": False,
            "figure.figsize": (7, 3.6),
            "figure.facecolor": "white",
            "font.size": 11,
            "image.cmap": "viridis",
        }
    )


def image(fig, alt: str) -> str:
    """Return a matplotlib figure as an ``<img>`` element with its alt text, and close the figure.

    Raises
    ------
    ValueError
        When the alt text is empty.
    """
    from matplotlib import pyplot

    if not alt.strip():
        raise ValueError("alt must say in words what the figure shows")
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight")
    pyplot.close(fig)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<img alt="{html.escape(alt, quote=True)}" style="max-width:100%;background:#fff" '
        f'src="data:image/png;base64,{encoded}">'
    )


def show(fig, alt: str) -> None:
    """Show a matplotlib figure below the cell, with its alt text, and close it.

    Parameters
    ----------
    fig
        A ``matplotlib.figure.Figure``.
    alt
        One sentence for readers who do not see the figure.
    """
    from IPython.display import display

    display({"text/html": image(fig, alt), "text/plain": alt}, raw=True)
