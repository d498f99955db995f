"""`gapworks design`: a planned measurement from the command line, and what it will tell."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np
import pandas as pd

from gapworks.eliashberg.data.typical import LEAD
from gapworks.eliashberg.inference.design.expected import Design, design
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.spectrum import (
    coupling_constant,
    joined_by_lines,
    logarithmic_frequency,
)
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.plotting import table as tables
from gapworks.readers.spectra import read_a2f

_REACH = 3.5
"""Data reach so many times as far as the spectrum that is supposed, as those of the paper do."""
_POINTS = 1000
_BROADENING = 0.05
_DOUBTFUL = 2.0
"""Times a stated error that simulated measurements may be off by."""
_TRIED = {"lambda": "", "omega_log": "meV", "T_c": "K", "a2F (rms)": ""}
"""What simulated measurements are off in, with its unit, as in `Design.tried`."""


def run(args: argparse.Namespace) -> None:
    """Answer a plan, as the arguments of `gapworks.eliashberg.inference.design.arguments` say.

    Raises
    ------
    DataError
        If the file of the supposed spectrum cannot be read, or an argument is out of range.
    Refused
        If the options contradict each other, or the file holds several spectra.
    """
    smeared = _smearing(args)
    omega, a2f, supposed = _supposed(args)
    energy = args.range / args.points * np.arange(1, args.points + 1)
    if args.kind == "conductance":
        energy = np.concatenate([-energy[::-1], [0.0], energy])
    print(f"gapworks: {supposed}", file=sys.stderr)
    try:
        found = {
            noise: design(
                *(omega, a2f, energy, noise, args.kind),
                temperature=args.temperature,
                mu_star=args.mu_star,
                cutoff=args.cutoff,
                draws=args.draws,
                **smeared,
            )
            for noise in sorted(args.noise, reverse=True)
        }
    except ValueError as error:
        where = args.like or "without --like"
        raise DataError(f"{where}: {error}") from error
    for noise, one in found.items():
        if not one.expected.converged:
            print(f"gapworks: noise {noise:g}: the fit did not converge", file=sys.stderr)
    for note in doubts(found):
        print(f"gapworks: {note}", file=sys.stderr)
    rows = table(found, _true(args, omega, a2f))
    print(screen(rows))
    _write(args, found, rows, (omega, a2f))


def _smearing(args: argparse.Namespace) -> dict[str, float]:
    """Widths of the kind of measurement; those of another kind are refused."""
    own = ("dynes", "modulation") if args.kind == "conductance" else ("broadening",)
    other = {"broadening", "dynes", "modulation"} - set(own)
    if given := [f"--{name}" for name in sorted(other) if getattr(args, name) is not None]:
        instead = " and ".join(f"--{name}" for name in own)
        raise Refused(f"{', '.join(given)}: not of --kind {args.kind}, which has {instead}")
    default = {"broadening": _BROADENING, "dynes": 0.0, "modulation": 0.0}
    return {
        name: default[name] if getattr(args, name) is None else getattr(args, name) for name in own
    }


def _supposed(args: argparse.Namespace) -> tuple[np.ndarray, np.ndarray, str]:
    """Grid, meV, and spectrum, and what is said of them."""
    if args.like is None:
        omega = args.range / _REACH / _POINTS * np.arange(1, _POINTS + 1)
        said = (
            f"supposed: a spectrum like lead's, scaled to end at {omega[-1]:g} meV, lambda "
            f"{LEAD.coupling:g}; --like FILE takes your own"
        )
        return omega, LEAD.on(omega), said
    found = read_a2f(args.like, args.unit, args.column)
    if len(found.a2f) > 1:
        raise Refused(
            f"{args.like}: holds {len(found.a2f)} spectra; say by --column which is supposed"
        )
    for note in found.notes:
        print(f"gapworks: {args.like}: {note}", file=sys.stderr)
    omega, (a2f,) = joined_by_lines(found.omega, found.a2f)
    coupling = float(coupling_constant(omega, a2f))
    return omega, a2f, f"supposed: {args.like}, to {omega[-1]:g} meV, lambda {coupling:.4g}"


def doubts(found: dict[float, Design]) -> list[str]:
    """Where simulated measurements are off by more than an inversion would state; or not tried.

    Parameters
    ----------
    found : dict of float to Design
        By noise.
    """
    notes = []
    for noise, one in found.items():
        if not len(one.tried):
            return ["errors are those that `gapworks invert` would state; --draws 10 tries them"]
        off = np.sqrt(np.mean(one.tried**2, axis=0))
        stated = (one.lambda_, one.omega_log, one.critical_temperature)
        for name, share, error in zip(_TRIED, off, stated, strict=False):
            if share > _DOUBTFUL * error:
                real, stated_share = _two_digits(100 * share), _two_digits(100 * error)
                notes.append(
                    f"noise {noise:g}: {name} was off by {real} % in {len(one.tried)} simulated "
                    f"measurements, where {stated_share} % are stated: do not rely on its stated "
                    "error"
                )
    return notes


def _true(args: argparse.Namespace, omega: np.ndarray, a2f: np.ndarray) -> dict[str, float]:
    """Numbers of the supposed spectrum."""
    transition = critical_temperature(omega, a2f, args.mu_star, cutoff=args.cutoff)
    return {
        "lambda": float(coupling_constant(omega, a2f)),
        "omega_log": float(logarithmic_frequency(omega, a2f)),
        "T_c": float(transition),
        "a2F (rms)": float(np.sqrt(np.mean(a2f**2))),
    }


def table(found: dict[float, Design], true: dict[str, float]) -> pd.DataFrame:
    """What is known, to how much: a row for each noise and quantity.

    Parameters
    ----------
    found : dict of float to Design
        By noise.
    true : dict of str to float
        lambda, omega_log in meV, T_c in K and the root mean square of a2F, as supposed.

    Returns
    -------
    DataFrame
        Columns noise, quantity, unit, value, deviation (NaN: not known) and percent of the value;
        "tried": the root mean square of how far simulated measurements were off.
    """
    rows: list[tuple[float, str, str, float, float]] = []
    for noise, one in found.items():
        expected = one.expected
        for name, unit, known in (
            ("lambda", "", expected.lambda_),
            ("omega_log", "meV", expected.omega_log),
            ("T_c", "K", expected.critical_temperature),
        ):
            rows.append((noise, name, unit, true[name], known.deviation))
        for number, (place, error) in enumerate(zip(one.peaks, one.peak_errors, strict=True), 1):
            rows.append((noise, f"peak {number}", "meV", place, error))
        size = true["a2F (rms)"]
        rows.append((noise, "a2F (rms)", "", size, one.width * size))
        if len(one.tried):
            off = np.sqrt(np.mean(one.tried**2, axis=0))
            rows += [
                (noise, f"tried: {name}", unit, true[name], share * true[name])
                for (name, unit), share in zip(_TRIED.items(), off, strict=True)
            ]
        rows.append((noise, "modes resolved", "", one.modes, np.nan))
    result = pd.DataFrame(rows, columns=["noise", "quantity", "unit", "value", "deviation"])
    result["percent"] = 100 * result["deviation"] / result["value"].abs()
    return result


def screen(rows: pd.DataFrame) -> str:
    """The table as text: quantities below each other, noises side by side.

    Parameters
    ----------
    rows : DataFrame
        From `table`.
    """
    noises = list(dict.fromkeys(rows["noise"]))
    lines = [f"{'68 % known to':20}{'value':>10}" + "".join(f"{f'at {n:g}':>12}" for n in noises)]
    for quantity, group in rows.groupby("quantity", sort=False):
        unit = group["unit"].iloc[0]
        counted = quantity == "modes resolved"
        value = "" if counted else f"{group['value'].iloc[0]:.4g}"
        cells = [
            f"{one.value:.0f}" if counted else _percent(one.percent) for one in group.itertuples()
        ]
        label = f"{quantity} ({unit})" if unit else str(quantity)
        lines.append(f"{label:20}{value:>10}" + "".join(f"{cell:>12}" for cell in cells))
    return "\n".join(lines)


def _percent(value: float) -> str:
    return "not seen" if np.isnan(value) else f"{_two_digits(value)} %"


def _two_digits(value: float) -> str:
    """Two digits that count, and never a power of ten: 0.023, 7.8, 120."""
    return f"{value:.2g}" if value < 99.5 else f"{float(f'{value:.2g}'):.0f}"


def _write(
    args: argparse.Namespace,
    found: dict[float, Design],
    rows: pd.DataFrame,
    supposed: tuple[np.ndarray, np.ndarray],
) -> None:
    """All files that were asked for."""
    if args.csv:
        tables.save(rows, [args.csv])
    if args.json:
        content: dict[str, Any] = {
            "kind": args.kind,
            "supposed": {"omega_meV": supposed[0].tolist(), "a2F": supposed[1].tolist()},
            "designs": [_plain(noise, one) for noise, one in found.items()],
        }
        write_whole(args.json, (json.dumps(content, indent=1) + "\n").encode())
    if args.figure:
        from gapworks.eliashberg.inference.design.drawing import draw

        draw(found, supposed, args.figure)


def _plain(noise: float, one: Design) -> dict[str, Any]:
    """A design as .json holds it."""
    expected = one.expected
    curves = ("omega", "a2f", "lower", "upper", "lower95", "upper95")
    lost = np.isnan(one.peak_errors)
    return {
        "noise": noise,
        "modes": one.modes,
        "width": one.width,
        "converged": expected.converged,
        "numbers": {
            name: {"value": known.value, "deviation": known.deviation}
            for name, known in (
                ("lambda", expected.lambda_),
                ("omega_log_meV", expected.omega_log),
                ("critical_temperature_K", expected.critical_temperature),
            )
        },
        "tried": one.tried.tolist(),
        "peaks_meV": one.peaks.tolist(),
        "peak_errors_meV": np.where(lost, None, one.peak_errors).tolist(),
    } | {name: getattr(expected, name).tolist() for name in curves}
