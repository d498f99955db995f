"""Numbers by which a gap function or DOS is told from those of a training."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.fields import as_complex

SMOOTH = 5 / 7
"""Share of the energies above which gap functions are smooth, and what is not is noise."""

CAUSAL = (0.3, 3.0)
"""Bounds of `causality`; over 2000 complex samples it is 0.63 ... 1.49."""

SAID = {
    "largest": ("largest |Delta|", "meV"),
    "at_zero": ("Delta at the lowest energy", "meV"),
    "peak": ("energy of the largest |Delta|", "meV"),
    "noise": ("noise", "meV"),
    "dos_largest": ("largest N / N_F", ""),
    "dos_edge": ("energy of the largest N / N_F", "meV"),
    "dos_end": ("N / N_F at the highest energy", ""),
    "dos_noise": ("noise of N / N_F", ""),
}
"""Numbers that are judged: in words, and their units."""


def numbers_of(source: str, x: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Numbers that tell a gap function or DOS like those of training from another.

    Other fields have none: they are judged by their distance from the training's alone.

    The noise is taken from third differences at high energies, where the functions are smooth.

    Parameters
    ----------
    source : str
        The field's name.
    x : ndarray, shape (energies,)
        meV.
    rows : ndarray, shape (n, 2 energies) or (n, energies)

    Returns
    -------
    dict of str to ndarray, shape (n,)
    """
    smooth = x >= SMOOTH * x[-1]
    if source == "dos":
        return {
            "dos_largest": rows.max(1),
            "dos_edge": x[rows.argmax(1)],
            "dos_end": rows[:, -1],
            "dos_noise": _roughness(rows[:, smooth]),
        }
    if source != "gap":
        return {}
    delta = as_complex(rows)
    parts = (_roughness(part[:, smooth]) for part in (delta.real, delta.imag))
    noise = np.hypot(*parts) / np.sqrt(2)
    return {
        "largest": np.abs(delta).max(1),
        "at_zero": delta.real[:, 0],
        "peak": x[np.abs(delta).argmax(1)],
        "noise": noise,
    }


def causality(x: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """How Im Delta fits Re Delta: 1 for a retarded function, -1 for its complex conjugate.

    Kramers and Kronig make Re Delta(0) - Re Delta(inf) of (2 / pi) int Im Delta / x; this is what
    they make over what is there, both up to the last energy.

    Parameters
    ----------
    x : ndarray, shape (energies,)
        meV.
    delta : ndarray of complex, shape (n, energies)

    Returns
    -------
    ndarray, shape (n,)
    """
    integral = np.trapezoid(delta.imag / x, x, axis=1) + delta.imag[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 / np.pi * integral / (delta.real[:, 0] - delta.real[:, -1])


def judge_causality(x: np.ndarray, delta: np.ndarray) -> list[str]:
    """What is to be said of a gap function, shape (1, energies), that cannot be retarded."""
    value = float(causality(x, delta)[0])
    if CAUSAL[0] < value < CAUSAL[1]:
        return []
    if CAUSAL[0] < -value < CAUSAL[1]:
        return ["Im Delta has the sign of the complex conjugate: give the retarded function"]
    return [
        "columns 2 and 3 do not fit each other as Re Delta and Im Delta by Kramers and Kronig "
        f"({value:.3g} in place of 1)"
    ]


def _roughness(rows: np.ndarray) -> np.ndarray:
    """Standard deviation of white noise that has the third differences of the rows, shape (n,)."""
    return np.sqrt((np.diff(rows, n=3, axis=1) ** 2).mean(1) / 20)
