"""What the forward problem gave, as tables: on the screen, as .csv, as .json."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.eliashberg.inference.forward.problem import Forward

Rows = Sequence[Mapping[str, Any]]

SUMMARY = {
    "mu_star": ("mu*", "", "g"),
    "coupling": ("lambda", "", ".4f"),
    "omega_log_meV": ("omega_log", "meV", ".3f"),
    "omega_2_meV": ("omega_2", "meV", ".3f"),
    "allen_dynes_K": ("T_c(AD)", "K", ".3f"),
    "critical_temperature_K": ("T_c", "K", ".3f"),
    "isotope_exponent": ("alpha", "", ".3f"),
    "delta_0_meV": ("Delta_0", "meV", ".4g"),
    "ratio": ("2Delta_0/kT_c", "", ".3f"),
    "z_0": ("Z_0", "", ".3f"),
}
"""Columns of the first table: how they are headed, their unit, how numbers are written."""
AT = {
    "mu_star": SUMMARY["mu_star"],
    "temperature_K": ("T", "K", "g"),
    "delta_meV": ("Delta(i omega_0)", "meV", ".5g"),
    "edge_meV": ("gap edge", "meV", ".5g"),
    "z": ("Z(i omega_0)", "", ".4f"),
}
"""Columns of the second, at the temperatures that were asked for."""


def summary(found: Mapping[str, Forward]) -> list[dict[str, Any]]:
    """A row for each spectrum and mu*: what `SUMMARY` lists, by name.

    Parameters
    ----------
    found : mapping of str to Forward
        By file.
    """
    return [
        _row(
            *(file, one, c, m),
            cutoff_meV=one.cutoff,
            coupling=one.lambda_[c],
            omega_log_meV=one.omega_log[c],
            omega_2_meV=one.omega_2[c],
            allen_dynes_K=one.allen_dynes[c, m],
            critical_temperature_K=one.critical_temperature[c, m],
            isotope_exponent=one.isotope_exponent[c, m],
            delta_0_meV=one.delta_0[c, m],
            ratio=one.ratio[c, m],
            z_0=one.z_0[c, m],
        )
        for file, one in found.items()
        for c, m in np.ndindex(one.critical_temperature.shape)
    ]


def at_temperatures(found: Mapping[str, Forward]) -> list[dict[str, Any]]:
    """A row for each spectrum, mu* and temperature asked for: what `AT` lists, and its state.

    Parameters
    ----------
    found : mapping of str to Forward
        As of `summary`.
    """
    return [
        _row(
            *(file, one, *at[:2]),
            temperature_K=one.temperature[at[2]],
            delta_meV=one.delta[at],
            edge_meV=one.edge[at],
            z=one.z[at],
        )
        | {"state": _state(one, at)}
        for file, one in found.items()
        for at in np.ndindex(one.delta.shape)
    ]


def _row(file: str, one: Forward, c: int, m: int, **values: Any) -> dict[str, Any]:
    """Whose numbers these are, and the numbers as plain ones."""
    of = {"file": file, "spectrum": one.labels[c]}
    return of | _plain({"mu_star": one.mu_star[m], **values})


def _state(one: Forward, at: tuple[int, ...]) -> str:
    if not one.converged[at]:
        return "not converged"
    return "superconducting" if one.superconducting[at] else "normal"


def screen(found: Mapping[str, Forward]) -> str:
    """Both tables as text, with what they need to be understood.

    Parameters
    ----------
    found : mapping of str to Forward
        As of `summary`.
    """
    first, second = summary(found), at_temperatures(found)
    cuts = dict.fromkeys(f"{one.cutoff:.5g}" for one in found.values())
    lines = [f"mu* acts below {' and '.join(cuts)} meV", *_aligned(first, SUMMARY)]
    for file, one in found.items():
        for (c, m), tc in np.ndenumerate(one.critical_temperature):
            if not tc:
                lines.append(
                    f"{file}, {one.labels[c]}, mu* {one.mu_star[m]:g}: normal above "
                    f"{one.lowest[c]:.3g} K"
                )
    if second:
        lines += ["", *_aligned(second, AT)]
    return "\n".join(lines)


def as_csv(found: Mapping[str, Forward]) -> str:
    """One table of all numbers: a row for each spectrum, mu* and, if asked for, temperature.

    Parameters
    ----------
    found : mapping of str to Forward
        As of `summary`.
    """
    first, second = summary(found), at_temperatures(found)
    if second:
        key = ("file", "spectrum", "mu_star")
        whole = {tuple(row[name] for name in key): row for row in first}
        first = [whole[tuple(row[name] for name in key)] | row for row in second]
    return _csv(first)


def curves_csv(found: Mapping[str, Forward], what: str) -> str:
    """Delta(T) or N(E) as long columns.

    Parameters
    ----------
    found : mapping of str to Forward
        By file.
    what : {"curve", "dos"}
    """
    rows = []
    for file, one in found.items():
        for c, m in np.ndindex(one.critical_temperature.shape):
            head = _row(file, one, c, m)
            if what == "curve":
                points = zip(one.curve_temperature[c, m], one.curve[c, m], strict=True)
                rows += [head | {"temperature_K": t, "delta_meV": d} for t, d in points]
                continue
            for t, temperature in enumerate(dos_temperatures(one, c, m)):
                head |= {"temperature_K": temperature, "broadening_meV": one.broadening}
                points = zip(one.energy, one.dos[c, m, t], strict=True)
                rows += [head | {"energy_meV": x, "dos": n} for x, n in points]
    return _csv(rows)


def dos_temperatures(one: Forward, c: int, m: int) -> np.ndarray:
    """Temperatures of `one.dos[c, m]`, K: those asked for, or T_c / 10.

    Parameters
    ----------
    one : Forward
    c, m : int
        Which spectrum, and which mu*.
    """
    if one.temperature.size:
        return one.temperature
    return one.cold[c, m : m + 1]


def as_json(found: Mapping[str, Forward]) -> str:
    """All fields of each file's result, NaN as null.

    Parameters
    ----------
    found : mapping of str to Forward
        By file.
    """
    written = {}
    for file, one in found.items():
        fields = {name: _listed(value) for name, value in vars(one).items()}
        written[file] = fields
    return json.dumps(written, indent=1) + "\n"


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of the same names as text, numbers to eight digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for k, row in enumerate(rows):
        if not k:
            writer.writerow(row)
        cells = row.values()
        writer.writerow(f"{cell:.8g}" if isinstance(cell, float) else cell for cell in cells)
    return text.getvalue()


def _aligned(rows: Rows, columns: Mapping[str, tuple[str, str, str]]) -> list[str]:
    """Lines of a table: heads, units, and numbers to the right."""
    files = len({row["file"] for row in rows}) > 1
    names = [*(["file"] if files else []), "spectrum"]
    table = [[*names, *(head for head, _, _ in columns.values())]]
    table.append([*("" for _ in names), *(unit for _, unit, _ in columns.values())])
    for row in rows:
        numbers = [_number(row[name], form) for name, (_, _, form) in columns.items()]
        table.append([*(str(row[name]) for name in names), *numbers])
        if (state := row.get("state", "superconducting")) != "superconducting":
            table[-1].append("normal state" if state == "normal" else state)
    widths = [max(len(line[k]) for line in table) for k in range(len(table[0]))]
    texts = []
    for line in table:
        left = [cell.ljust(widths[k]) for k, cell in enumerate(line[: len(names)])]
        right = [
            cell.rjust(widths[k]) for k, cell in enumerate(line[: len(widths)]) if k >= len(names)
        ]
        texts.append("  ".join([*left, *right, *line[len(widths) :]]).rstrip())
    return texts


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Python's numbers; None where there is none."""
    found = {name: float(value) for name, value in values.items()}
    return {name: None if math.isnan(value) else value for name, value in found.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            return np.where(np.isfinite(value), value, None).tolist()
        return value.tolist()
    return value
