"""What stands on the page: the command line, a job at work, its answer with all files."""

from __future__ import annotations

import base64
import html
import time
from typing import Any

import marimo as mo

from gapworks.app.desk import Desk
from gapworks.app.job import Job

_LARGEST = 32 * 2**20
"""Bytes of a file that is handed to the browser."""
_GLANCE = 0.5
"""Seconds between looks at a job."""


def line(desk: Desk) -> Any:
    """The command that answers the same, or what is missing for it.

    Parameters
    ----------
    desk : Desk
    """
    if desk.missing:
        return mo.md(desk.missing)
    words = mo.Html(_block(desk.line, "command", wrapped=True))
    return mo.vstack([mo.md("The same on the command line:"), words], gap=0)


def follow(job: Job) -> None:
    """Show a job in the output of the cell whose thread this is, until it has ended.

    It is stopped where nobody looks any more: the page was closed, or asks something else.

    Parameters
    ----------
    job : Job
    """
    thread = mo.current_thread()
    try:
        while job.code is None and not thread.should_exit:
            mo.output.replace(work(job))
            time.sleep(_GLANCE)
        if not thread.should_exit:
            mo.output.replace(answer(job))
    finally:
        job.stop()


def work(job: Job) -> Any:
    """How long a job has been at work, and what it has said.

    Parameters
    ----------
    job : Job
    """
    seconds = int(time.monotonic() - job.started)
    since = f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"
    return _marked("working", mo.vstack([mo.md(f"**At work for {since}.**"), *_notes(job.said)]))


def answer(job: Job) -> Any:
    """What a job that has ended said, drew and wrote.

    Parameters
    ----------
    job : Job
    """
    if job.stopped:
        return _marked("stopped", mo.callout(mo.md("Stopped."), kind="neutral"))
    said, failed = job.said, job.code != 0
    parts = [mo.Html(f"Answer of {_block(job.line, 'asked', wrapped=True)}")]
    if failed:
        reason = said.pop() if said else f"the command ended by code {job.code}"
        head = "Refused" if job.code == 2 else "Not answered"
        text = mo.Html(f"<b>{head}.</b> <span class='reason'>{html.escape(reason)}</span>")
        parts.append(mo.callout(text, kind="warn" if job.code == 2 else "danger"))
    parts += _notes(said)
    if job.printed:
        parts.append(mo.Html(_block(job.printed, "printed")))
    parts += _files(job)
    return _marked("refused" if failed else "answered", mo.vstack(parts))


def _files(job: Job) -> list[Any]:
    """The figure, and a button for each file."""
    shown, buttons = [], []
    for path in job.written:
        if path.stat().st_size > _LARGEST:
            buttons.append(mo.md(f"{path.name} is too large for a browser: {path}"))
            continue
        content = path.read_bytes()
        if path.suffix == ".png":
            data = base64.b64encode(content).decode()
            shown.append(
                mo.Html(
                    f'<img alt="{html.escape(path.name)}" style="max-width:100%" '
                    f'src="data:image/png;base64,{data}">'
                )
            )
        buttons.append(mo.download(content, filename=path.name, label=path.name))
    return [*shown, mo.hstack(buttons, justify="start", wrap=True)] if buttons else []


def _notes(lines: list[str]) -> list[Any]:
    """What was assumed, a line each."""
    if not lines:
        return []
    items = "".join(f"<li>{html.escape(one)}</li>" for one in lines)
    return [mo.Html(f'<ul class="notes">{items}</ul>')]


def _block(text: str, name: str, wrapped: bool = False) -> str:
    """Text as it would stand on a terminal; a table keeps its lines."""
    style = f"overflow-x:auto;margin:0;white-space:pre{'-wrap' * wrapped};font-size:0.85em"
    return f'<pre class="{name}" style="{style}">{html.escape(text)}</pre>'


def _marked(state: str, content: Any) -> Any:
    """Content under the name of its state, which tests look for."""
    return mo.Html(f'<div class="job {state}">{mo.as_html(content).text}</div>')
