"""Tables as a reader of the report sees them: HTML, with claims in columns of their own."""

from __future__ import annotations

import html
from collections.abc import Container, Iterable
from pathlib import Path

import pandas as pd

from gapworks.factory.errors import DataError
from gapworks.plotting.table import parts

_VERDICT = {"holds": "holds", "does not hold": "fails", "undecided": "open"}
"""Classes of the style sheet by what a verdict begins with; no other has one."""


def read(path: Path, as_text: bool = False) -> pd.DataFrame:
    """A table that the workflow made; `as_text`: every cell as it stands there.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        return pd.read_csv(path, **({"dtype": str, "keep_default_na": False} if as_text else {}))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a table ({error})") from error


def shown(path: Path) -> str:
    """A figure's numbers, a part for each quantity; errors as of `read`."""
    found = []
    for quantity, rows in parts(read(path)):
        if quantity:
            found.append(f"<h4>{html.escape(quantity)}</h4>")
        found.append(rows.to_html(index=False, border=0))
    return "\n".join(found)


def claims(path: Path, study: str, anchors: Container[str]) -> str:
    """The statements of a study's paper, ours beside them, with links to what shows them.

    Parameters
    ----------
    path : path
    study : str
    anchors : container of str
        Places of the page: what is not there, as a scale does not make it, has no link.

    Errors as of `read`.
    """
    titles = ("statement", "paper", "ours", "our own method", "holds if", "verdict")
    head = "".join(f"<th>{title}</th>" for title in titles)
    rows = read(path, as_text=True).to_dict("records")
    body = "\n".join(_claim(row, study, anchors) for row in rows)
    return f'<table class="claims"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _claim(row: dict[str, str], study: str, anchors: Container[str]) -> str:
    said = {key: html.escape(text) for key, text in row.items()}
    unit = "" if said["unit"] in ("1", "") else f" {said['unit']}"
    kind = said["verdict"].partition(":")[0]
    places = said.get("shown in", "").split()
    links = " ".join(_link(one, study) for one in places if _anchor(one, study) in anchors)
    about = ", ".join(dict.fromkeys((said["source"], said["condition"])))
    cells = (
        f'{said["statement"]}<div class="about">{about} {links}</div>',
        *(_with(said[key], unit) for key in ("paper", "ours", "own method", "holds if")),
        f'<span class="verdict {_VERDICT.get(kind, "")}">{said["verdict"]}</span>',
    )
    return f'<tr id="{said["claim"]}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _with(number: str, unit: str) -> str:
    """A number with its unit; words have none."""
    return f"{number}{unit}" if any(one.isdigit() for one in number) else number


def _anchor(place: str, study: str) -> str:
    """Of a figure or table: "figures/fig3"."""
    return f"{study}-{place.replace('/', '-', 1)}"


def _link(place: str, study: str) -> str:
    return f'<a href="#{_anchor(place, study)}">{place}</a>'


def verdicts(paths: Iterable[Path]) -> list[str]:
    """What tables of claims say, claim by claim."""
    return [said for path in paths for said in read(path, as_text=True)["verdict"]]
