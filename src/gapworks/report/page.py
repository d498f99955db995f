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
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole
from gapworks.products.metric_file import read_numbers
from gapworks.report import tables
from gapworks.report.times import run_times
from gapworks.reproduction import UNJUDGED
from gapworks.study import CLAIMS, ROOMS, STUDIES, study

VERDICTS = ("holds", "does not hold", "undecided", UNJUDGED)
_DPI, _REM_PER_INCH = 300, 9
MOST_MB = 20.0
"""A page above this is no longer sent by mail."""


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
    ours : bool
        Whether the paper has none of the kind.
    """

    study: str
    room: str
    name: str
    title: str
    caption: str
    content: str
    front: bool
    ours: bool

    @property
    def file(self) -> str:
        """Where it is, below the folder of the scale."""
        end = "pdf" if self.room == "figures" else "csv"
        return f"{self.study}/{self.room}/{self.name}.{end}"

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.study}-{self.room}-{self.name}"


def page(
    scale: str,
    made: Sequence[Path],
    metrics: Iterable[Path],
    settings: Mapping[str, Any],
    logs: Path | None = None,
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
    logs : path, optional
        The folder of the scale's logs, of which run times are taken.

    Raises
    ------
    DataError
        If a file is none of a study's, or cannot be read.
    """
    anchors = {"-".join(_place(path)) for path in made}
    entries = [_entry(path, anchors) for path in made]
    claims = [path for path in made if _is_claims(path)]
    verdicts = {
        name: _counted(tables.verdicts(path for path in claims if _place(path)[0] == name))
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
        studies={one.study: _about(one.study) for one in entries},
        rooms=ROOMS,
        verdicts=verdicts,
        kinds=VERDICTS,
        commits=sorted({commit[:12] for one in numbers for commit in one.commits}),
        machines=sorted({one.machine for one in numbers}),
        versions=versions,
        times=[] if logs is None else run_times(logs),
        settings=json.dumps(settings, indent=1),
    )


def _about(name: str) -> str:
    """A line on what a study is: the first of its package."""
    return (import_module(f"gapworks.{name}").__doc__ or "").partition(":")[0]


def told(caption: str) -> tuple[str, bool]:
    """A caption as HTML without its number, which its title has, and whether it is ours.

    Parameters
    ----------
    caption : str
        As of the exhibit: "**Fig. 3.** Pairing potential averaged over ...".
    """
    found = re.match(r"\*\*(.+?)\.?\*\*\.?\s*(.*)", caption, re.DOTALL)
    label, rest = found.groups() if found else ("", caption)
    marked = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(rest))
    return re.sub(r"`+(.+?)`+", r"<code>\1</code>", marked), "ours" in label.lower()


def _place(path: Path) -> tuple[str, str, str]:
    """Study, room and name that a product's path says."""
    of, room, name = (*path.parts[-3:-1], path.stem) if len(path.parts) > 2 else ("", "", "")
    if of not in STUDIES or room not in ROOMS:
        raise DataError(f"{path}: is no figure or table of a study (STUDY/figures/NAME.png)")
    return of, room, name


def _is_claims(path: Path) -> bool:
    return path.stem in CLAIMS


def _entry(path: Path, anchors: Container[str]) -> Entry:
    of, room, name = _place(path)
    if _is_claims(path):
        title, caption, ours, front = html.escape(CLAIMS[name]), "", False, False
    else:
        try:
            exhibit = study(of).exhibit(room, name)
        except ValueError as error:
            raise DataError(f"{path}: {error}") from error
        caption, ours = told(exhibit.caption)
        title, front = html.escape(exhibit.title), exhibit.front
    if room == "figures":
        content = _picture(path, title)
    else:
        content = tables.claims(path, of, anchors) if _is_claims(path) else tables.shown(path)
    return Entry(of, room, name, title, caption, content, front, ours)


def _picture(path: Path, title: str) -> str:
    data = read_whole(path)
    # The first numbers of a PNG file are its width and height; all are shown with letters alike.
    width = int.from_bytes(data[16:20], "big") / _DPI * _REM_PER_INCH
    encoded = base64.b64encode(data).decode()
    return (
        f'<img alt="{title}" style="width: {width:.1f}rem" src="data:image/png;base64,{encoded}">'
    )


def _counted(verdicts: Iterable[str]) -> dict[str, int]:
    """How many claims have which verdict."""
    count = Counter(verdict.partition(":")[0] for verdict in verdicts)
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
