"""Solved rings as tables and files: on the screen, .csv, .npy, .h5."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from gapworks.chain.physics.solution import Reason, Solution
from gapworks.factory.container import Coordinate, Variable, Writer

_SHOWN = 24
"""Rings of a file that the screen shows; of more, the distribution."""

COLUMNS = {
    "mean_delta": ("<Delta>", ".6f"),
    "min_delta": ("min Delta", ".3e"),
    "mu": ("mu", ".6f"),
    "gap": ("gap", ".6f"),
    "mean_density": ("<n>", ".6f"),
    "residual": ("residual", ".1e"),
    "iterations": ("iterations", "d"),
}
"""Of the table of rings: how they are headed and written; energies in units of t."""


@dataclass(frozen=True)
class Rings:
    """The rings of a file, solved.

    Attributes
    ----------
    file : str
    V : ndarray, shape (..., L)
        Units of t, with its mean.
    solution : Solution
        Fields are NaN in rings that were not solved; mu is that of V with its mean.
    physics : mapping
        Keywords of `solve`.
    """

    file: str
    V: np.ndarray
    solution: Solution
    physics: Mapping[str, Any]

    @classmethod
    def of(
        cls, file: str, V: np.ndarray, mean: np.ndarray, s: Solution, physics: Mapping[str, Any]
    ) -> Self:
        """Of rings solved without their mean, shape (...), units of t.

        Parameters
        ----------
        file : str
        V : ndarray, shape (..., L)
            With its mean.
        mean : ndarray, shape (...)
        s : Solution
            Of V less its mean.
        physics : mapping
        """
        lost = ~s.converged
        fields = {
            name: np.where(lost.reshape(lost.shape + (1,) * (values.ndim - lost.ndim)), nan, values)
            for name, nan, values in (
                ("delta", np.nan, s.delta),
                ("density", np.nan, s.density),
                ("mu", np.nan, s.mu + mean),
                ("gap", np.nan, s.gap),
            )
        }
        return cls(file, V, replace(s, **fields), physics)

    @property
    def count(self) -> int:
        """How many rings."""
        return self.solution.mu.size

    def columns(self) -> dict[str, np.ndarray]:
        """The numbers of `COLUMNS`, each of shape (rings,)."""
        s, L = self.solution, self.V.shape[-1]
        delta, density = (field.reshape(-1, L) for field in (s.delta, s.density))
        return {
            "mean_delta": delta.mean(-1),
            "min_delta": delta.min(-1),
            "mu": s.mu.ravel(),
            "gap": s.gap.ravel(),
            "mean_density": density.mean(-1),
            "residual": s.residual.ravel(),
            "iterations": s.iterations.ravel(),
        }

    def verdicts(self) -> list[str]:
        """Of each ring, a word."""
        return [Reason(code).name.lower().replace("_", " ") for code in self.solution.reason.flat]


def screen(rings: Rings) -> str:
    """The table of a file's rings, or of their distribution if there are many."""
    numbers, verdicts = rings.columns(), rings.verdicts()
    about = ", ".join(f"{k} {v:g}" if isinstance(v, float) else f"{k} {v}" for k, v in _said(rings))
    several = "s" * (rings.count > 1)
    lines = [f"{rings.file}: {rings.count} ring{several} of {rings.V.shape[-1]} sites; {about}"]
    head = ["ring", *(title for title, _ in COLUMNS.values()), ""]
    rows = [head]
    if rings.count <= _SHOWN:
        for k, verdict in enumerate(verdicts):
            cells = [format(numbers[name][k], how) for name, (_, how) in COLUMNS.items()]
            rows.append([str(k + 1), *cells, verdict])
    else:
        solved = rings.solution.converged.ravel()
        known = {name: values[solved] for name, values in numbers.items()}
        for name, share in (("least", 0.0), ("median", 0.5), ("most", 1.0)):
            cells = [
                format(_quantile(known[column], share, how), how)
                for column, (_, how) in COLUMNS.items()
            ]
            rows.append([name, *cells, ""])
        lines.append(f"{solved.sum()} of {len(solved)} rings solved; of these:")
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[-1] = row[-1]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _quantile(values: np.ndarray, share: float, how: str) -> float | int:
    if not len(values):
        return 0 if how == "d" else np.nan
    found = np.quantile(values, share)
    return int(found) if how == "d" else float(found)


def _said(rings: Rings) -> list[tuple[str, Any]]:
    """What was solved: mu if it was held, else the filling."""
    held = rings.physics["mu"] is not None
    left_out = "filling" if held else "mu"
    return [(key, value) for key, value in rings.physics.items() if key != left_out]


def rings_csv(found: Sequence[Rings]) -> bytes:
    """The table of rings: file, ring, what `COLUMNS` lists, verdict."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "ring", "sites", *COLUMNS, "verdict"])
    for one in found:
        numbers = one.columns()
        for k, verdict in enumerate(one.verdicts()):
            cells = [_number(numbers[name][k]) for name in COLUMNS]
            table.writerow([one.file, k + 1, one.V.shape[-1], *cells, verdict])
    return text.getvalue().encode()


def sites_csv(found: Sequence[Rings]) -> bytes:
    """A line for each site: (file,) ring, site, V, delta, density; energies in units of t."""
    several = len(found) > 1
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*(["file"] * several), "ring", "site", "V", "delta", "density"])
    for one in found:
        L = one.V.shape[-1]
        fields = [a.reshape(-1, L) for a in (one.V, one.solution.delta, one.solution.density)]
        for ring in range(one.count):
            for site in range(L):
                cells = [_number(field[ring, site]) for field in fields]
                table.writerow([*([one.file] * several), ring + 1, site, *cells])
    return text.getvalue().encode()


def _number(value: float | int) -> str:
    return str(value) if isinstance(value, int | np.integer) else f"{value:.12g}"


def as_npy(rings: Rings) -> bytes:
    """Delta (units of t) and density, an array of shape (2, ..., L)."""
    content = io.BytesIO()
    np.save(content, np.stack([rings.solution.delta, rings.solution.density]))
    return content.getvalue()


def write_hdf5(path: Path, rings: Rings) -> None:
    """Everything of a file's rings, dimensions `ring` and `site`.

    Parameters
    ----------
    path : Path
        Errors as of `container.Writer`.
    rings : Rings
    """
    L, s = rings.V.shape[-1], rings.solution
    site, ring = ("ring", "site"), ("ring",)
    codes = {int(code): code.name.lower() for code in Reason}
    variables = {
        "V": Variable(site, "t", "on-site disorder, as given"),
        "delta": Variable(site, "t", "pairing potential Delta_i; NaN: not solved"),
        "density": Variable(site, "1", "electrons on the site, n_i; NaN: not solved"),
        "mu": Variable(ring, "t", "chemical potential of V as given"),
        "gap": Variable(ring, "t", "smallest excitation energy"),
        "residual": Variable(ring, "t", "largest change that one more iteration would make"),
        "iterations": Variable(ring, "1", "iterations of the self-consistency loop", "int32"),
        "reason": Variable(ring, "1", "how the solver ended", "uint8", codes),
    }
    arrays = {"V": rings.V} | {name: getattr(s, name) for name in variables if name != "V"}
    arrays = {
        name: values.reshape(-1, L) if variables[name].dimensions == site else values.ravel()
        for name, values in arrays.items()
    }
    coordinates = {
        "ring": Coordinate(np.arange(1, rings.count + 1), "1", "ring of the file, from 1"),
        "site": Coordinate(np.arange(L), "a", "site of the ring, in lattice spacings"),
    }
    about = {"study": "chain", "input": Path(rings.file).name, "settings": dict(rings.physics)}
    with Writer(path, "answer", about, coordinates, variables) as writer:
        writer.append(arrays)
