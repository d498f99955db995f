"""The study's figures and tables of data that were solved the paper's way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from gapworks.eliashberg.families import asked, both_ways, printed
from gapworks.study import Exhibit, Scale

FIGURES = ("fig3", "fig4", "fig6", "fig7", "fig8")
"""Figures that are drawn of the paper's own data, too."""
TABLES = ("table1", "table2")


def figures(exact: Mapping[str, Exhibit]) -> dict[str, Exhibit]:
    """Those of the study's figures, of data as printed."""
    return {f"{name}_as_printed": as_printed(exact[name]) for name in FIGURES}


def tables(exact: Mapping[str, Exhibit]) -> dict[str, Exhibit]:
    """Those of its tables, and one that sets both data side by side."""
    return {f"{name}_as_printed": as_printed(exact[name]) for name in TABLES} | {
        "as_printed": BOTH_WAYS
    }


def as_printed(exhibit: Exhibit) -> Exhibit:
    """An exhibit of data that were solved the paper's way."""
    number, _, said = exhibit.caption.partition(".** ")
    return replace(
        exhibit,
        title=f"{exhibit.title} (data as printed)",
        of=_printed_of(exhibit.of),
        caption=f"{number}, data as printed.** {said} Gap functions by Pade approximants; what "
        "fails the paper's test of them was drawn again.",
        made=lambda scale: asked(scale, "as_printed"),
        front=False,
    )


def _printed_of(of: Callable[[Scale], Mapping]) -> Callable[[Scale], Mapping]:
    return lambda scale: printed(of(scale))


BOTH_WAYS = Exhibit(
    "paper.tables_learning:as_printed",
    "Exact data and data as printed, side by side",
    both_ways,
    "**As printed (ours).** What figures 3 to 8 and both tables show, of data that were solved "
    "exactly and of data solved the paper's way: Pade approximants, M doubled where that moves "
    "the solution, what fails the paper's test drawn again. With standard errors over test "
    "samples; one training of each network.",
    made=lambda scale: asked(scale, "as_printed"),
)
