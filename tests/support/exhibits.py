"""Figures and tables of what the plan says that they are made of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from gapworks.cli.paper import bound
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plan import Plan
from gapworks.plotting import style
from gapworks.study import names_in
from tests.support.config import plan

Known = Callable[[str], Evaluated] | Mapping[str, Evaluated]
"""Evaluations by name."""


def evaluations_of(study: str, room: str, name: str, planned: Plan | None = None) -> list[str]:
    """The names of the evaluations that one of the "figures" or "tables" is made of."""
    planned = planned or plan(study)
    return names_in(planned.study.exhibit(room, name).of(planned.scale))


def drawn(study: str, name: str, known: Known, planned: Plan | None = None) -> Figure:
    """A figure, at smoke scale if no plan is given."""
    with style.house_style():
        return _made(study, "figures", name, known, planned)


def tabled(study: str, name: str, known: Known, planned: Plan | None = None) -> pd.DataFrame:
    """A table, likewise."""
    return _made(study, "tables", name, known, planned)


def _made(study: str, room: str, name: str, known: Known, planned: Plan | None) -> Any:
    find = known if callable(known) else known.__getitem__
    planned = planned or plan(study)
    exhibit = planned.study.exhibit(room, name)
    given: dict[str, Sequence[Evaluated]] = {
        key: [find(one) for one in ([names] if isinstance(names, str) else names)]
        for key, names in exhibit.of(planned.scale).items()
    }
    make = planned.study.find(exhibit.draw)
    return make(**bound(make, name, given), **json.loads(planned.options(room, name)))
