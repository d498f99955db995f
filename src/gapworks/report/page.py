"""A run's figures, tables and verdicts as one HTML file that opens without a network.

Pictures and tables stand in the file itself; what is on the page comes from the files that the
workflow made, and from the captions beside their exhibits.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.products.metric_file import read_numbers
from gapworks.reproduction import UNJUDGED
from gapworks.study import ROOMS, STUDIES, study

VERDICTS = ("holds", "does not hold", "undecided", UNJUDGED)
CLAIMS = "claims"
"""Tables of verdicts, with and without wall times: claims.csv, claims-timing.csv."""
MOST_MB = 20.0
"""A page above this is no longer sent by mail."""
_TITLE = 90
_FIRST = re.compile(r".{0,8}(?:Figs?\. |[^.:;(]|\([^)]*\)|[.:;](?!\s|$))*", re.DOTALL)
"""What a caption says first: up to a stop outside of brackets, but for "Left: ..." and the like."""


@dataclass(frozen=True)
class Entry:
    """A figure or a table on the page.

    Attributes
    ----------
    study, room, name : str
        As in the file's path.
    title, caption, content : str
        HTML.
    front : bool
        Whether it stands at the top, too.
    """

    study: str
    room: str
    name: str
    title: str
    caption: str
    content: str
    front: bool

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.study}-{self.room}-{self.name}"


def page(
    scale: str,
    made: Iterable[Path],
    metrics: Iterable[Path],
    settings: Mapping[str, Any],
) -> str:
    """The page of a scale.

    Parameters
    ----------
    scale : str
    made : paths
        Figures (.png) and tables (.csv) as the workflow names them, .../STUDY/figures/NAME.png.
    metrics : paths
        Metric files: they know versions and commits.
    settings : mapping
        The scale's settings, shown as they are.

    Raises
    ------
    DataError
        If a file is none of a study's, or cannot be read.
    """
    entries = [_entry(path) for path in made]
    verdicts = {
        name: _counted(path for path in made if _is_claims(path) and _place(path)[0] == name)
        for name in STUDIES
    }
    numbers = [read_numbers(path) for path in metrics]
    versions = sorted({item for one in numbers for item in one.packages.items()})
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gapworks.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        scale=scale,
        entries=entries,
        studies={one.study: study(one.study) for one in entries},
        rooms=ROOMS,
        verdicts=verdicts,
        kinds=VERDICTS,
        commits=sorted({commit[:12] for one in numbers for commit in one.commits}),
        machines=sorted({one.machine for one in numbers}),
        versions=versions,
        settings=json.dumps(settings, indent=1),
    )


def titled(caption: str, name: str) -> tuple[str, str]:
    """A short title and the caption, both as HTML: "Fig. 3: pairing potential against V0".

    Parameters
    ----------
    caption : str
        As of the exhibit: "**Fig. 3.** Pairing potential averaged over ...".
    name : str
        Of the exhibit, which stands where the caption says no number.
    """
    found = re.match(r"\*\*(.+?)\.?\*\*\.?\s*(.*)", caption, re.DOTALL)
    label, rest = found.groups() if found else ("Ours", caption)
    label = f"{name} (ours)" if label == "Ours" else label
    first = _FIRST.match(rest)[0].strip()  # type: ignore[index]  # it matches anything
    if len(first) > _TITLE:
        first = first[:_TITLE].rsplit(" ", 1)[0] + " ..."
    marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(caption))
    return html.escape(f"{label}: {first}"), re.sub(r"``(.+?)``", r"<code>\1</code>", marked)


def _place(path: Path) -> tuple[str, str, str]:
    """Study, room and name that a product's path says."""
    of, room, name = (*path.parts[-3:-1], path.stem) if len(path.parts) > 2 else ("", "", "")
    if of not in STUDIES or room not in ROOMS:
        raise DataError(f"{path}: is no figure or table of a study (STUDY/figures/NAME.png)")
    return of, room, name


def _is_claims(path: Path) -> bool:
    return path.stem.partition("-")[0] == CLAIMS


def _entry(path: Path) -> Entry:
    of, room, name = _place(path)
    if _is_claims(path):
        what = "that wall times decide" if "-" in name else "of the paper beside ours"
        title, caption, front = f"Claims {what}", "", False
    else:
        try:
            exhibit = study(of).exhibit(room, name)
        except ValueError as error:
            raise DataError(f"{path}: {error}") from error
        title, caption = titled(exhibit.caption, name)
        front = exhibit.front
    content = _picture(path, title) if room == "figures" else _table(path)
    return Entry(of, room, name, title, caption, content, front)


def _picture(path: Path, title: str) -> str:
    encoded = base64.b64encode(read_whole(path)).decode()
    return f'<img alt="{title}" src="data:image/png;base64,{encoded}">'


def _table(path: Path) -> str:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a table ({error})") from error
    table.columns = [name.replace("_", " ") for name in table.columns]
    return table.to_html(
        index=False, border=0, na_rep="", float_format=lambda value: f"{value:.4g}"
    )


def _counted(tables: Iterable[Path]) -> dict[str, int]:
    """How many claims have which verdict."""
    said = [verdict for path in tables for verdict in pd.read_csv(path)["verdict"].astype(str)]
    count = Counter(verdict.partition(":")[0] for verdict in said)
    return {kind: count[kind] for kind in VERDICTS}


def check_size(text: str) -> str:
    """A warning about a page that is too large to send; empty otherwise."""
    megabytes = len(text.encode()) / 1e6
    return f"the page has {megabytes:.1f} MB" if megabytes > MOST_MB else ""


def in_order(made: Sequence[Path]) -> list[Path]:
    """Files in the order of their studies, figures before tables, as the exhibits stand."""
    order = {
        (name, room, exhibit): number
        for number, (name, room, exhibit) in enumerate(
            (name, room, exhibit)
            for name in STUDIES
            for room in ROOMS
            for exhibit in study(name).exhibits(room)
        )
    }
    return sorted(
        made,
        key=lambda path: (
            STUDIES.index(_place(path)[0]),
            ROOMS.index(_place(path)[1]),
            not _is_claims(path),
            order.get(_place(path), len(order)),
        ),
    )
