"""Users' own functions through a trained network, with what the equations say of the answer.

Gap functions give spectral functions by the networks `sl-...`, and spectral functions give gap
functions or densities of states by the networks `reversed-...`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gapworks.eliashberg.dataset import solve_spectra
from gapworks.eliashberg.fields import boson_grid, complex_gap, real_energies
from gapworks.eliashberg.forward import FORWARD_SOLVER, push_forward, spectrum_numbers
from gapworks.eliashberg.scores import pearson, relative_distance
from gapworks.eliashberg.settings import Physics
from gapworks.eliashberg.solution import density_of_states
from gapworks.eliashberg.spectrum import check_spectrum
from gapworks.eliashberg.trained import Network
from gapworks.factory.container import DataError
from gapworks.factory.disk import write_whole

Check = dict[str, Any]
Columns = dict[str, np.ndarray]


def predict_file(network: Path, source: Path, target: Path) -> str:
    """What a network says of a user's function, with what the equations make of it.

    Parameters
    ----------
    network : Path
        Weights of a supervised network.
    source : Path
        .csv, .txt or .dat. To a network from gap function or DOS to EBSF: columns energy, Re Delta
        and Im Delta of Delta(x + i Gamma), meV (the DOS is formed of them). To a network from EBSF:
        columns omega (meV) and a2F.
    target : Path
        .csv with the prediction by columns; beside it, ending in .json, the check by the equations:
        lambda, omega_log and moments of the spectrum, whether it superconducts, and the distance
        of the gap function (or DOS) solved from it.

    Returns
    -------
    str
        What was written, and the physics that it is for.

    Raises
    ------
    DataError
        If a file cannot be read or written, what it holds cannot be or does not fit the network's
        energies, or the network is an autoencoder.
    """
    loaded = Network.load(network)
    kind = loaded.card["inputs"], loaded.card["targets"]
    if target.suffix != ".csv":
        raise DataError(f"{target}: must be .csv")
    if kind in ((["gap"], ["a2f"]), (["dos"], ["a2f"])):
        what, columns, check = _spectrum(loaded, source)
    elif kind in ((["a2f"], ["gap"]), (["a2f"], ["dos"])):
        what, columns, check = _function(loaded, source)
    else:
        raise DataError(
            f"{network}: maps {' and '.join(kind[0])} to {' and '.join(kind[1])}; give a network "
            "sl-... (gap function or DOS to a2F) or reversed-... (the other way)"
        )
    check |= {"network": loaded.card["name"], "weights_sha256": loaded.card["weights_sha256"]}
    check |= {name: getattr(loaded.physics, name) for name in ("mu_star", "mu_star_cutoff")}
    check["outside_training_range"] = _outside(loaded.card, check)
    lines = [",".join(columns), *(",".join(f"{v:.8g}" for v in row) for row in _rows(columns))]
    write_whole(target, ("\n".join(lines) + "\n").encode())
    content = json.dumps(check, indent=1, sort_keys=True) + "\n"
    write_whole(target.with_suffix(".json"), content.encode())
    physics = loaded.physics
    said = f"{what} at {physics.temperature:g} K, mu* {physics.mu_star:g}"
    said += f" below {physics.mu_star_cutoff:.5g} meV"
    return said if check["superconducts"] else f"{said}; the spectrum does not superconduct there"


def _spectrum(loaded: Network, source: Path) -> tuple[str, Columns, Check]:
    """EBSF of a user's gap function; the check solves the prediction."""
    physics = loaded.physics
    x = real_energies(physics)
    gap = _read_gap(source, x)
    rows = gap
    if loaded.card["inputs"] == ["dos"]:
        rows = density_of_states(x, complex_gap(gap), physics.broadening)
    a2f = loaded.apply(rows)
    pushed = push_forward(physics, a2f, gap, FORWARD_SOLVER, threads=1)
    check = _numbers(physics, pushed.a2f)
    check |= {name: _plain(values[0]) for name, values in pushed.numbers.items()}
    return "a2F", {"omega_meV": boson_grid(physics), "a2F": a2f[0]}, check


def _function(loaded: Network, source: Path) -> tuple[str, Columns, Check]:
    """Gap function or DOS of a user's EBSF; the check solves the EBSF itself."""
    physics = loaded.physics
    a2f = _read_spectrum(source, boson_grid(physics))
    found = loaded.apply(a2f)
    x = real_energies(physics)
    m, r = solve_spectra(physics, a2f, FORWARD_SOLVER, threads=1)
    check = _numbers(physics, a2f)
    check |= {"superconducts": bool(m.superconducting[0]), "solved": bool(r.converged[0])}
    if loaded.card["targets"] == ["gap"]:
        what, name, true = "Delta", "gap", np.concatenate([r.delta.real, r.delta.imag], axis=1)
        columns = dict(zip(("re_delta_meV", "im_delta_meV"), np.split(found[0], 2), strict=True))
    else:
        what, name, true = "N / N_F", "dos", density_of_states(x, r.delta, physics.broadening)
        columns = {"dos": found[0]}
    with np.errstate(divide="ignore"):  # a normal metal has no gap to be off from
        check[f"{name}_residual"] = _plain(relative_distance(found, true)[0])
    check[f"{name}_pcc"] = _plain(pearson(found, true)[0])
    return what, {"energy_meV": x} | columns, check


def _read_gap(path: Path, x: np.ndarray) -> np.ndarray:
    """Re Delta, then Im Delta at the network's energies, shape (1, 2 energies), meV."""
    energy, real, imaginary = _read(path, ("energy", "Re Delta", "Im Delta")).T
    if (np.diff(energy) <= 0).any():
        raise DataError(f"{path}: the energies do not increase; sort them, drop repeated ones")
    if energy[0] > x[0] or energy[-1] < x[-1]:
        raise DataError(
            f"{path}: reaches from {energy[0]:g} to {energy[-1]:g} meV; the network sees "
            f"{x[0]:g} to {x[-1]:g} meV"
        )
    return np.concatenate([np.interp(x, energy, real), np.interp(x, energy, imaginary)])[None]


def _read_spectrum(path: Path, grid: np.ndarray) -> np.ndarray:
    """a2F on the network's grid, shape (1, points); zero at 0 and beyond the file's last energy."""
    try:
        omega, a2f = check_spectrum(*_read(path, ("omega", "a2F")).T)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error
    last = omega[np.flatnonzero(a2f)[-1]]
    if last > grid[-1]:
        raise DataError(
            f"{path}: a2F reaches to {last:g} meV, the network's to {grid[-1]:g} meV; scale "
            "energies and temperature together, or leave out what is there"
        )
    # Below the first energy a2F rises from zero at zero, as in all integrals over it.
    below = [] if omega[0] == 0 else [0.0]
    held = np.interp(grid, [*below, *omega], [*below, *a2f], right=0.0)
    if not held.any():
        raise DataError(f"{path}: nothing of a2F is left on the network's grid of {grid[0]:g} meV")
    return held[None]


def _read(path: Path, names: Sequence[str]) -> np.ndarray:
    """Columns of finite numbers, shape (rows, columns); lines before them may be a header."""
    if path.suffix not in (".csv", ".txt", ".dat"):
        raise DataError(f"{path}: must be .csv, .txt or .dat")
    try:
        text = path.read_text().replace(",", " ")
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    wanted = f"{len(names)} finite numbers: {', '.join(names)}; energies in meV"
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            row = [float(word) for word in words]
        except ValueError:
            if not rows:
                continue  # a header
            raise DataError(f"{path}: line {number}: not numbers: {line.strip()[:40]}") from None
        if len(row) != len(names) or not np.isfinite(row).all():
            raise DataError(f"{path}: line {number}: give {wanted}")
        rows.append(row)
    if not rows:
        raise DataError(f"{path}: holds no numbers; give {wanted}")
    return np.array(rows)


def _numbers(physics: Physics, a2f: np.ndarray) -> Check:
    """lambda, omega_log and moments of one spectrum."""
    return {name: _plain(values[0]) for name, values in spectrum_numbers(physics, a2f).items()}


def _outside(card: Mapping[str, Any], check: Mapping[str, Any]) -> list[str]:
    """Which numbers of the spectrum lie outside those of the training data."""
    known = card["training_data"]
    return [
        name
        for name in ("coupling", "omega_log")
        if known[name] is not None and not known[name][0] <= check[name] <= known[name][1]
    ]


def _rows(columns: Columns) -> np.ndarray:
    return np.column_stack(list(columns.values()))


def _plain(value: Any) -> float | bool | None:
    """A number for JSON, where NaN and infinity are none."""
    value = value.item()
    return value if isinstance(value, bool) or np.isfinite(value) else None
