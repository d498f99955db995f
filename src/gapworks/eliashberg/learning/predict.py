"""Users' own functions through a trained network, with what the equations say of the answer.

Gap functions give spectral functions by the networks `sl-...` (`ensemble-...`: with intervals), and
spectral functions give gap functions or densities of states by the networks `reversed-...`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.dataset import solve_spectra
from gapworks.eliashberg.data.fields import as_numbers, boson_grid, real_energies
from gapworks.eliashberg.learning.calibration import (
    Calibration,
    distance_of,
    standardised,
    strength_of,
)
from gapworks.eliashberg.learning.distances import pearson, relative_distance
from gapworks.eliashberg.learning.forward import FORWARD_SOLVER, push_forward, spectrum_numbers
from gapworks.eliashberg.learning.intervals import SHARES, bands
from gapworks.eliashberg.learning.judging import Verdict, judge, judge_physics
from gapworks.eliashberg.learning.own_functions import read_function, read_spectrum
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.learning.traits import judge_causality, numbers_of
from gapworks.eliashberg.physics.solution import density_of_states
from gapworks.factory.errors import DataError
from gapworks.learning.answers import Answer
from gapworks.learning.library import open_network
from gapworks.readers.energies import UNSAID

FORMATS = (".csv",)
"""Suffixes of answers."""

Check = dict[str, Any]
Columns = dict[str, np.ndarray]
WORDS = {"coupling": "lambda", "omega_log": "omega_log (meV)"}
"""Numbers of a spectrum, in words."""


@dataclass(frozen=True)
class Found:
    """What was predicted, and what is to be said of it.

    Attributes
    ----------
    what : str
        In words.
    columns : dict of str to ndarray
    check : dict
        By the equations.
    verdict : Verdict
    calibration : Calibration or None
        That it was judged by.
    lines : sequence of str
        More for the screen.
    """

    what: str
    columns: Columns
    check: Check
    verdict: Verdict
    calibration: Calibration | None
    lines: Sequence[str] = ()


def answer(
    network: Path,
    source: Path,
    target: Path,
    force: bool,
    *,
    unit: str | None = None,
    column: int | None = None,
    drop_imaginary: bool = False,
    temperature: float | None = None,
    mu_star: float | None = None,
    broadening: float | None = None,
) -> Answer:
    """What a network says of a user's function, with what the equations make of it.

    Parameters
    ----------
    network : Path
        Weights of a supervised network.
    source : Path
        Text by columns. To a network from gap function or DOS to a2F: energy, Re Delta and
        Im Delta of Delta(x + i Gamma), meV; or, where it sees the DOS, energy (meV) and N / N_F.
        To a network from a2F: omega (meV) and a2F.
    target : Path
        .csv with the prediction by columns; beside it, as .json, the check by the equations: the
        spectrum's numbers, whether it superconducts, the distance of what is solved from it.
    force : bool
        What is unlike all that the network was tested on will be answered, too.
    unit : str, optional
        Of the file's energies, in place of what its header says: one of `readers.units.MEV`.
    column : int, optional
        That of a2F in a file with more than two columns; that of omega is 1.
    drop_imaginary : bool
        Leave out negative frequencies of a spectrum.
    temperature, mu_star, broadening : float, optional
        Of the user's function (K; Gamma in meV): refused where the network is for another.

    Returns
    -------
    Answer
        What was predicted, the physics that it is for, and its residual beside those of test
        samples; refused where the input is unlike those the network was trained and tested on.

    Raises
    ------
    DataError
        If a file cannot be read, what it holds cannot be or does not fit the network's energies,
        or the network is an autoencoder.
    Refused
        If the input cannot be judged.
    """
    loaded = open_network(Network, network)
    physics = loaded.physics
    stated = {"temperature": temperature, "mu_star": mu_star, "broadening": broadening}
    kind = loaded.card["inputs"], loaded.card["targets"]
    if kind in ((["gap"], ["a2f"]), (["dos"], ["a2f"])):
        if column is not None or drop_imaginary:
            raise DataError(f"{source}: --column and --drop-imaginary are for spectral functions")
        found = spectrum_of(loaded, source, unit, stated)
    elif kind in ((["a2f"], ["gap"]), (["a2f"], ["dos"])):
        given = read_spectrum(source, physics, unit, column, drop_imaginary)
        found = _function(loaded, *given, judge_physics(physics, stated))
    else:
        raise DataError(
            f"{network}: maps {' and '.join(kind[0])} to {' and '.join(kind[1])}; give a network "
            "sl-...-gap, sl-...-dos or ensemble-... (gap function or DOS to a2F) or reversed-... "
            "(the other way)"
        )
    check, verdict = found.check, found.verdict
    if check["superconducts"] and not check["solved"]:
        verdict.warnings.append("the equations were not solved to their tolerance")
    outside = _outside(loaded.card, check)
    warnings = [*verdict.warnings, *outside.values()]
    calibration = found.calibration
    check |= {
        "network": loaded.card["name"],
        "weights_sha256": loaded.card["weights_sha256"],
        "outside_training_range": [*outside, *verdict.outside],
        "refused_without_force": verdict.refusals,
        "warnings": warnings,
    }
    of = "test samples" if calibration is None else calibration.part
    quantiles = None if calibration is None else calibration.quantiles
    check[f"residual_of_{of.replace(' ', '_')}"] = quantiles
    check |= {name: getattr(physics, name) for name in ("mu_star", "mu_star_cutoff")}
    table = pd.DataFrame(found.columns).to_csv(index=False, float_format="%.8g", na_rep="nan")
    said = f"{found.what} at {physics.temperature:g} K, mu* {physics.mu_star:g}"
    said += f" below {physics.mu_star_cutoff:.5g} meV, Gamma {physics.broadening:g} meV"
    if not check["superconducts"]:
        said += "; the spectrum does not superconduct there"
    written = json.dumps(check, indent=1, sort_keys=True)
    refusals = list(verdict.refusals)
    if refusals and not force:  # a refusal is one line: a unit that was assumed may be the reason
        refusals += [note for note in check["notes"] if note == UNSAID]
    return Answer(
        said="\n".join([f"{said}; {verdict.said}" if verdict.said else said, *found.lines]),
        files={
            target: table.encode(),
            target.with_suffix(".json"): f"{written}\n".encode(),
        },
        notes=[*check["notes"], *warnings],
        refusals=refusals,
    )


def spectrum_of(
    loaded: Network, source: Path, unit: str | None, stated: Mapping[str, float | None]
) -> Found:
    """a2F of a user's gap function or DOS; the check solves it (`answer` says what is `stated`)."""
    physics = loaded.physics
    x = real_energies(physics)
    (sees,) = loaded.card["inputs"]
    given = read_function(source, physics, sees, unit)
    delta, rows, notes = given.delta, given.dos, list(given.notes)
    if sees == "gap":
        rows = as_numbers(delta)
    elif rows is None:
        rows = density_of_states(x, delta, physics.broadening)
        notes.append("three columns: the DOS is formed of Delta")
    numbers, calibration, level = numbers_of(sees, x, rows), loaded.calibration, None
    if calibration is not None and calibration.levels:
        (noise,) = (float(v[0]) for name, v in numbers.items() if name.endswith("noise"))
        level = calibration.level(noise)
        calibration = calibration.at(level, strength_of(sees, rows)[0])
    a2f = loaded.apply(rows)
    pushed = push_forward(physics, a2f, delta, threads=1)
    check = _numbers(physics, pushed.a2f) | {"notes": notes}
    check |= {name: _plain(values[0]) for name, values in pushed.numbers.items()}
    if sees == "dos":
        check["dos_residual"] = _plain(distance_of(physics, sees, pushed, rows)[0])
    verdict = judge(calibration, numbers, standardised(loaded, rows), check[f"{sees}_residual"])
    if delta is not None and (said := judge_causality(x, delta)):
        verdict.refusals = [*said, *verdict.refusals]
        verdict.outside.append("causality")
    verdict.refusals = [*judge_physics(physics, stated), *verdict.refusals]
    columns = {"omega_meV": boson_grid(physics), "a2F": a2f[0]}
    found = Found("a2F", columns, check, verdict, calibration)
    return found if level is None else _with_intervals(found, loaded, rows, level)


def _with_intervals(found: Found, loaded: Network, rows: np.ndarray, level: int) -> Found:
    """The answer of an ensemble with intervals; none where it would be refused."""
    made, held = bands(loaded, rows, level), found.calibration.levels[level]
    known = not found.verdict.refusals
    columns, lines, numbers = dict(found.columns), [], {}
    columns["a2F"] = made.a2f[0]
    for number, share in enumerate(SHARES):
        for end, rows_of_end in (("lower", made.lower), ("upper", made.upper)):
            one = rows_of_end[number, 0]
            columns[f"{end}{share:.0%}".rstrip("%")] = one if known else np.full_like(one, np.nan)
    for name, words in WORDS.items():
        value, ends = made.numbers[name][0], made.ends[name][:, :, 0]
        numbers[name] = {"value": _plain(value)}
        said = []
        for share, pair in zip(SHARES, ends, strict=True):
            numbers[name][f"{share:.0%}"] = [_plain(one) for one in pair] if known else None
            said.append(f"{pair[0]:.3g} ... {pair[1]:.3g} ({share:.0%})")
        lines.append(f"{words} {value:.4g}" + (f": {', '.join(said)}" if known else ""))
    coverage = {
        name: [[round(100 * one, 1) for one in pair] for pair in pairs]
        for name, pairs in held.coverage.items()
    }
    if known:
        (low, low_error), (high, high_error) = coverage["a2f"]
        lines.append(
            f"intervals from {found.calibration.samples} {found.calibration.part} of "
            f"{loaded.card['training_data']['dataset']} with noise of {held.noise:.2g}; of a2F of "
            f"{found.calibration.tested} test samples {low} +- {low_error} % and {high} +- "
            f"{high_error} % lie in them; of spectra of another kind it is not known"
        )
        if found.verdict.doubted:
            found.verdict.warnings.append("beyond 90 %: the intervals may be too narrow")
    else:
        found.verdict.warnings.append("no intervals: they hold for inputs that are not refused")
    about = {"noise_up_to": held.noise, "coverage_in_per_cent_with_error": coverage}
    check = found.check | {"intervals": numbers | about if known else None}
    return replace(found, columns=columns, check=check, lines=lines)


def _function(
    loaded: Network, a2f: np.ndarray, notes: Sequence[str], foreign: Sequence[str]
) -> Found:
    """Gap function or DOS of a user's a2F; the check solves the a2F itself."""
    physics = loaded.physics
    found = loaded.apply(a2f)
    x = real_energies(physics)
    m, r = solve_spectra(physics, a2f, FORWARD_SOLVER, threads=1)
    check = _numbers(physics, a2f) | {"notes": list(notes)}
    check |= {"superconducts": bool(m.superconducting[0]), "solved": bool(r.converged[0])}
    if loaded.card["targets"] == ["gap"]:
        what, name, true = "Delta", "gap", as_numbers(r.delta)
        columns = dict(zip(("re_delta_meV", "im_delta_meV"), np.split(found[0], 2), strict=True))
    else:
        what, name, true = "N / N_F", "dos", density_of_states(x, r.delta, physics.broadening)
        columns = {"dos": found[0]}
    with np.errstate(divide="ignore"):  # a normal metal has no gap to be off from
        check[f"{name}_residual"] = _plain(relative_distance(found, true)[0])
    check[f"{name}_pcc"] = _plain(pearson(found, true)[0])
    verdict = judge(loaded.calibration, {}, standardised(loaded, a2f), check[f"{name}_residual"])
    if not m.superconducting[0]:
        verdict.warnings.append("the spectrum does not superconduct: Delta is 0, not the network's")
    # The equations themselves are solved for the user's spectrum: it is said how far off that is.
    verdict.warnings, verdict.refusals = verdict.refusals + verdict.warnings, [*foreign]
    return Found(what, {"energy_meV": x} | columns, check, verdict, loaded.calibration)


def _numbers(physics: Physics, a2f: np.ndarray) -> Check:
    """lambda, omega_log and moments of one spectrum."""
    return {name: _plain(values[0]) for name, values in spectrum_numbers(physics, a2f).items()}


def _outside(card: Mapping[str, Any], check: Mapping[str, Any]) -> dict[str, str]:
    """Which numbers of the spectrum lie outside those of the training data, and in words."""
    known = card["training_data"]
    return {
        name: f"{said} is {check[name]:.3g}, {known[name][0]:.3g} ... {known[name][1]:.3g} in "
        "training"
        for name, said in WORDS.items()
        if known[name] is not None and not known[name][0] <= check[name] <= known[name][1]
    }


def _plain(value: Any) -> float | bool | None:
    """A number for JSON, where NaN and infinity are none."""
    value = value.item()
    return value if isinstance(value, bool) or np.isfinite(value) else None
