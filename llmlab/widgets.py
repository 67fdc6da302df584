"""Knobs that redraw a figure, and quiz questions, with what ipywidgets 7.7 and 8 both have."""

import json

from llmlab.errors import CourseError


def _control(spec, label):
    """Turn a specification into an ipywidget: (min, max[, step]), a list of choices, a bool, a widget."""
    import ipywidgets

    options = {"description": label, "continuous_update": False}
    options["style"] = {"description_width": "initial"}
    if isinstance(spec, ipywidgets.Widget):
        return spec
    if isinstance(spec, bool):
        return ipywidgets.Checkbox(value=spec, description=label)
    if isinstance(spec, tuple):
        step = {"step": spec[2]} if len(spec) > 2 else {}
        kind = ipywidgets.IntSlider
        if any(isinstance(number, float) for number in spec):
            kind = ipywidgets.FloatSlider
        return kind(value=spec[0], min=spec[0], max=spec[1], **step, **options)
    return ipywidgets.Dropdown(options=spec, description=label, style=options["style"])


def _as_in_this_cell(function):
    """Return a function that runs with the gradient mode of the cell that makes the widget.

    JupyterLab handles a widget's messages in a thread of their own (a subshell), and torch keeps the mode for each
    thread: what ``torch.set_grad_enabled(False)`` said in a cell is not known there.
    """
    import functools
    import sys

    torch = sys.modules.get("torch")
    if torch is None:
        return function
    enabled = torch.is_grad_enabled()

    @functools.wraps(function)
    def run(*args, **kwargs):
        with torch.set_grad_enabled(enabled):
            return function(*args, **kwargs)

    return run


def _complaint(error: Exception) -> str:
    """Return what a page says when a widget's function fails: otherwise JupyterLab shows it in its log alone."""
    if isinstance(error, CourseError):
        return str(error)
    return f"途中で止まりました（{type(error).__name__}: {error}）。上のセルを順に実行し直してから、もう一度試してください。"


def explore(draw, alt, labels=None, **controls) -> None:
    """Show a figure with controls that redraw it; the first figure stays readable without a kernel.

    Parameters
    ----------
    draw
        Function from the controls' values (keyword arguments) to a ``matplotlib.figure.Figure``.
    alt
        Alt text, or a function from the same values to it.
    labels
        Japanese label of each control, by its name.
    **controls
        ``(min, max)`` or ``(min, max, step)`` for a slider, a list (or ``(label, value)`` pairs in a
        list) for a menu, a bool for a check box, or an ipywidget that has a ``value``.
    """
    import html

    import ipywidgets
    from IPython.display import display

    from llmlab import figures

    knobs = {name: _control(spec, (labels or {}).get(name, name)) for name, spec in controls.items()}
    picture = ipywidgets.HTML()

    def redraw():
        values = {name: knob.value for name, knob in knobs.items()}
        picture.value = figures.image(draw(**values), alt(**values) if callable(alt) else alt)

    redraw_here = _as_in_this_cell(redraw)

    def moved(_change):
        try:
            redraw_here()
        except Exception as error:
            picture.value = f"<p>{html.escape(_complaint(error))}</p>"
            raise

    for knob in knobs.values():
        knob.observe(moved, names="value")
    redraw()
    row = ipywidgets.HBox(list(knobs.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
    box = ipywidgets.VBox([row, picture])
    # One bundle with both forms: a page without a kernel shows the figure instead of the widget.
    display(
        {
            "application/vnd.jupyter.widget-view+json": {
                "model_id": box.model_id,
                "version_major": 2,
                "version_minor": 0,
            },
            "text/html": picture.value,
            "text/plain": alt(**{n: k.value for n, k in knobs.items()}) if callable(alt) else alt,
        },
        raw=True,
    )


def quiz(questions: list[dict]) -> None:
    """Show multiple-choice questions in ``jupyterquiz``'s form; every answer needs its ``feedback``.

    Raises
    ------
    ValueError
        When a choice does not explain itself.
    """
    from jupyterquiz import display_quiz

    for question in questions:
        for answer in question["answers"]:
            if not answer.get("feedback"):
                raise ValueError(f"a choice without feedback: {answer.get('answer')}")
    display_quiz(json.loads(json.dumps(questions)))


def chat(answer, first, labels=None, **controls) -> None:
    """Show a conversation with knobs; the first exchange stays readable without a kernel.

    Parameters
    ----------
    answer
        Function from the conversation (a list of messages, oldest first) and the controls' values
        (keyword arguments) to the reply's text.
    first
        What is asked at once, so that there is something to read.
    labels, **controls
        As in :func:`explore`.
    """
    import html

    import ipywidgets
    from IPython.display import display

    answer = _as_in_this_cell(answer)
    knobs = {name: _control(spec, (labels or {}).get(name, name)) for name, spec in controls.items()}
    entry = ipywidgets.Text(value=first, layout=ipywidgets.Layout(width="60%"))
    send = ipywidgets.Button(description="送る")
    again = ipywidgets.Button(description="最初から")
    page, messages = ipywidgets.HTML(), []

    def show(note=""):
        names = {"user": "あなた", "assistant": "モデル"}
        lines = [f"<p><b>{names[m['role']]}</b>: {html.escape(m['content'])}</p>" for m in messages]
        page.value = "".join(lines) + (f"<p>{html.escape(note)}</p>" if note else "")

    def ask(_=None):
        asked = entry.value.strip()
        if not asked:
            return
        send.disabled = True
        messages.append({"role": "user", "content": asked})
        show("答えを待っています。")
        try:
            said = answer(list(messages), **{name: knob.value for name, knob in knobs.items()})
            messages.append({"role": "assistant", "content": said})
            entry.value = ""
            show()
        except Exception as error:
            messages.pop()
            show(_complaint(error))
            if not isinstance(error, CourseError):
                raise
        finally:
            send.disabled = False

    def clear(_=None):
        messages.clear()
        entry.value = first
        show()

    send.on_click(ask)
    again.on_click(clear)
    ask()
    buttons = ipywidgets.HBox([entry, send, again])
    box = ipywidgets.VBox([ipywidgets.HBox(list(knobs.values())), page, buttons])
    display(
        {
            "application/vnd.jupyter.widget-view+json": {
                "model_id": box.model_id,
                "version_major": 2,
                "version_minor": 0,
            },
            "text/html": page.value,
            "text/plain": "\n".join(f"{m['role']}: {m['content']}" for m in messages),
        },
        raw=True,
    )


def own_gpt(gpt, answer) -> None:
    """Show a GPT of one's own: its card, its starters as buttons, a conversation; the first starter is asked at once.

    Parameters
    ----------
    gpt
        An :class:`llmlab.own_gpt.OwnGPT`.
    answer
        Function from the conversation (a list of messages, oldest first) to the reply's text.
    """
    import html

    import ipywidgets
    from IPython.display import display

    answer = _as_in_this_cell(answer)
    knowledge = "、".join(str(name) for name in gpt.knowledge) or "なし"
    card = (
        f"<h4>{html.escape(gpt.name)}</h4><p><b>指示</b>: {html.escape(gpt.instructions)}<br>"
        f"<b>知識ファイル</b>: {html.escape(knowledge)}</p>"
    )
    entry = ipywidgets.Text(placeholder="質問を書いてください", layout=ipywidgets.Layout(width="60%"))
    send = ipywidgets.Button(description="送る")
    again = ipywidgets.Button(description="最初から")
    starters = [
        ipywidgets.Button(description=text, tooltip=text, layout=ipywidgets.Layout(width="auto"))
        for text in gpt.starters
    ]
    page, messages = ipywidgets.HTML(), []
    buttons = [send, again, *starters]

    def show(note=""):
        names = {"user": "あなた", "assistant": gpt.name}
        lines = [
            f"<p><b>{html.escape(names[m['role']])}</b>: {html.escape(m['content'])}</p>" for m in messages
        ]
        page.value = "".join(lines) + (f"<p>{html.escape(note)}</p>" if note else "")

    def ask(text):
        text = text.strip()
        if not text:
            return
        for button in buttons:
            button.disabled = True
        messages.append({"role": "user", "content": text})
        show("答えを待っています。")
        try:
            messages.append({"role": "assistant", "content": answer(list(messages))})
            entry.value = ""
            show()
        except Exception as error:
            messages.pop()
            show(_complaint(error))
            if not isinstance(error, CourseError):
                raise
        finally:
            for button in buttons:
                button.disabled = False

    def clear(_=None):
        messages.clear()
        show()

    send.on_click(lambda _: ask(entry.value))
    again.on_click(clear)
    for button in starters:
        button.on_click(lambda pressed: ask(pressed.description))
    if gpt.starters:
        ask(gpt.starters[0])
    box = ipywidgets.VBox(
        [
            ipywidgets.HTML(card),
            ipywidgets.HBox(starters, layout=ipywidgets.Layout(flex_flow="row wrap")),
            page,
            ipywidgets.HBox([entry, send, again]),
        ]
    )
    # One bundle with both forms: a page without a kernel shows the card and the first exchange.
    offered = "".join(f"<li>{html.escape(text)}</li>" for text in gpt.starters)
    plain = [gpt.name, gpt.instructions, *(f"{m['role']}: {m['content']}" for m in messages)]
    display(
        {
            "application/vnd.jupyter.widget-view+json": {
                "model_id": box.model_id,
                "version_major": 2,
                "version_minor": 0,
            },
            "text/html": f"{card}<ul>{offered}</ul>{page.value}",
            "text/plain": "\n".join(plain),
        },
        raw=True,
    )


def token_bar(max_new_tokens: int, desc: str = "書いています"):
    """Return a streamer for ``model.generate(…, streamer=…)`` that shows a progress bar, also for a whole batch.

    Parameters
    ----------
    max_new_tokens
        As in ``generate``: the bar's full length, in tokens.
    desc
        What stands before the bar.
    """
    from tqdm.auto import tqdm
    from transformers.generation.streamers import BaseStreamer

    class Bar(BaseStreamer):
        def __init__(self):
            self.bar = tqdm(total=max_new_tokens, desc=desc, leave=False)
            self.steps = -1  # the prompt comes first

        def put(self, value):
            self.steps += 1
            self.bar.update(self.steps > 0)

        def end(self):
            # An answer may end early: tqdm would leave a red bar, as after a failure.
            self.bar.total = self.bar.n
            self.bar.close()

    return Bar()
