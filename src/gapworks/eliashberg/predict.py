"""EBSF of users' own gap functions, with what the equations make of the prediction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gapworks.eliashberg.fields import boson_grid, real_energies
from gapworks.eliashberg.forward import FORWARD_SOLVER, push_forward, spectrum_numbers
from gapworks.eliashberg.solution import density_of_states
from gapworks.eliashberg.trained import Network
from gapworks.factory.container import DataError
from gapworks.factory.disk import write_whole


def predict_file(network: Path, source: Path, target: Path) -> None:
    """EBSF of a user's gap function, with what the equations make of it.

    Parameters
    ----------
    network : Path
        Weights of a supervised network from gap function or DOS to EBSF.
    source : Path
        .csv or .txt with columns energy (meV), Re Delta and Im Delta (meV) of Delta(x + i Gamma);
        a network of the DOS takes this, too, and forms N itself.
    target : Path
        .csv with columns omega (meV), a2F as predicted; beside it, ending in .json, the forward
        check: gap residual, lambda, omega_log, moments, and how much of a2F was negative.

    Raises
    ------
    DataError
        If a file cannot be read or written, the energies do not reach as far as the network's, or
        the network maps something else.
    """
    loaded = Network.load(network)
    if loaded.card["targets"] != ["a2f"] or loaded.card["inputs"] not in (["gap"], ["dos"]):
        raise DataError(
            f"{network}: maps {loaded.card['inputs']} to {loaded.card['targets']}; "
            "give a network sl-..."
        )
    if target.suffix != ".csv":
        raise DataError(f"{target}: must be .csv")
    physics = loaded.physics
    x = real_energies(physics)
    delta = _read_gap(source, x)
    gap = np.concatenate([delta.real, delta.imag])[None]
    if loaded.card["inputs"] == ["gap"]:
        rows = gap
    else:
        rows = density_of_states(x, delta[None], physics.broadening)
    a2f = loaded.apply(rows)
    pushed = push_forward(physics, a2f, gap, FORWARD_SOLVER, threads=1)
    check = {name: _plain(values[0]) for name, values in pushed.numbers.items()}
    check |= {name: _plain(v[0]) for name, v in spectrum_numbers(physics, pushed.a2f).items()}
    check |= {"network": loaded.card["name"], "weights_sha256": loaded.card["weights_sha256"]}
    check["outside_training_range"] = _outside(loaded.card, check)
    lines = [
        "omega_meV,a2F",
        *(f"{w:.6g},{v:.8g}" for w, v in zip(boson_grid(physics), a2f[0], strict=True)),
    ]
    write_whole(target, ("\n".join(lines) + "\n").encode())
    content = json.dumps(check, indent=1, sort_keys=True) + "\n"
    write_whole(target.with_suffix(".json"), content.encode())


def _read_gap(path: Path, x: np.ndarray) -> np.ndarray:
    """Delta at the network's energies, by linear interpolation of a file's columns."""
    if path.suffix not in (".csv", ".txt", ".dat"):
        raise DataError(f"{path}: must be .csv, .txt or .dat")
    try:
        text = path.read_text().replace(",", " ")
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        try:
            rows.append([float(word) for word in words])
        except ValueError:
            if rows:
                raise DataError(
                    f"{path}: line {number}: not numbers: {line.strip()[:40]}"
                ) from None
            continue  # a header
        if not words:
            rows.pop()
        elif len(words) != 3 or not np.isfinite(rows[-1]).all():
            raise DataError(
                f"{path}: line {number}: give three finite numbers: energy, Re Delta, Im Delta, meV"
            )
    if not rows:
        raise DataError(f"{path}: holds no numbers; give energy, Re Delta, Im Delta by columns")
    energy, real, imaginary = np.array(rows).T
    if (np.diff(energy) <= 0).any():
        raise DataError(f"{path}: the energies do not increase; sort them, drop repeated ones")
    if energy[0] > x[0] or energy[-1] < x[-1]:
        raise DataError(
            f"{path}: reaches from {energy[0]:g} to {energy[-1]:g} meV; the network sees "
            f"{x[0]:g} to {x[-1]:g} meV"
        )
    return np.interp(x, energy, real) + 1j * np.interp(x, energy, imaginary)


def _outside(card: Mapping[str, Any], check: Mapping[str, Any]) -> list[str]:
    """Which numbers of the predicted spectrum lie outside those of the training data."""
    known = card["training_data"]
    return [
        name
        for name in ("coupling", "omega_log")
        if known[name] is not None and not known[name][0] <= check[name] <= known[name][1]
    ]


def _plain(value: Any) -> float | bool | None:
    """A number for JSON, where NaN is none."""
    value = value.item()
    return value if isinstance(value, bool) or np.isfinite(value) else None
