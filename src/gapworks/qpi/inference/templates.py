"""Where fits start: maps of a few hundred superconductors at the energies of a measurement.

The grids are coarse and the disc small, so that a map's agreement with a template changes slowly
with eps_0. Templates of Eg and Eu stand for all that the lattice's symmetry makes of them: the map
is turned instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gapworks.qpi.inference.hypothesis import (
    TWO_COMPONENTS,
    Disc,
    Form,
    ldos,
    mixture,
    of_mixture,
    window,
)
from gapworks.qpi.physics.point_group import group

DISC = Disc(24, 0.5, 10.4)
"""Where maps are compared with templates."""
N_EFFECTIVE = 1024
BROADENING = 0.3
"""meV."""
_EPS0 = np.linspace(-300.0, 100.0, 28)
_DELTA = (0.45, 1.3)
_LARGE = 2.6
"""Of A12u, whose Delta is that of A2u and so up to sqrt(3) times A1u's."""
_THETA = {
    "A1g": tuple((np.pi / 4 * k, 0.0) for k in range(4)),
    "A2g": tuple((np.pi / 4 * k, 0.0) for k in range(4)),
    # A sixth of all mixtures: the rest are turned or mirrored. The last is chiral.
    "Eg": ((0.03, 0.0), (0.5, 0.0), (np.pi / 4, np.pi / 2)),
    "Eu": ((0.03, 0.0), (0.5, 0.0), (np.pi / 4, np.pi / 2)),
    "A2u": ((0.0, 0.0),),
}
_STRENGTHS = (0.0033, 0.0065, 0.0115, 0.021, 0.045)
INVERSE = tuple(sign * inverse for inverse in _STRENGTHS for sign in (-1.0, 1.0))
"""1 / v of the templates, 1 / meV."""


@dataclass(frozen=True)
class Start:
    """Where a fit may start.

    Attributes
    ----------
    form : Form
        Not complex.
    vector : ndarray
    mixture : tuple of float
        theta and phi.
    agreement : float
        Share of the map's variation on the disc that the template explains.
    """

    form: Form
    vector: np.ndarray
    mixture: tuple[float, float]
    agreement: float


@dataclass(frozen=True)
class Bank:
    """Templates at some energies.

    Attributes
    ----------
    rows : list of (irrep, theta, phi, Delta, eps_0, 1 / v)
    maps : ndarray, shape (energies, rows, cells), float32
        Mean zero and unit norm at each energy.
    """

    rows: list[tuple[str, float, float, float, float, float]]
    maps: np.ndarray

    def starts(self, maps: np.ndarray, weight: np.ndarray, each: int, apart: float) -> list[Start]:
        """The best starts of each irrep.

        Parameters
        ----------
        maps : ndarray, shape (energies, size, size)
            r = 0 at [size // 2, size // 2], size at least that of `DISC`.
        weight : ndarray, shape (energies,)
            How much an energy's agreement counts.
        each : int
            Starts of an irrep at most.
        apart : float
            Least distance of the eps_0 of those with the same angles, meV.
        """
        share = weight / weight.sum()
        irreps = np.array([row[0] for row in self.rows])
        best = np.full(len(self.rows), -1.0)
        turned = np.zeros(len(self.rows), int)
        two = np.isin(irreps, TWO_COMPONENTS)
        for number, (matrix, _, _) in enumerate(group()):
            data = DISC.of(_turned(maps, matrix))
            data = data - data.mean(-1, keepdims=True)
            data /= np.linalg.norm(data, axis=-1, keepdims=True) + 1e-300
            agreement = np.zeros(len(self.rows))
            for e, one in enumerate(data.astype(np.float32)):
                cosine = self.maps[e] @ one
                agreement += share[e] * cosine * np.abs(cosine)
            better = (agreement > best) & (two if number else True)
            best[better], turned[better] = agreement[better], number
        found = []
        for irrep in dict.fromkeys(irreps):
            taken: list[tuple[float, tuple[float, float]]] = []
            for k in np.argsort(-np.where(irreps == irrep, best, -2.0)):
                if len(taken) == each or irreps[k] != irrep:
                    break
                _, theta, phi, _, one, _ = self.rows[k]
                if any(abs(one - e) < apart and angles == (theta, phi) for e, angles in taken):
                    continue
                taken.append((one, (theta, phi)))
                found.append(_start(self.rows[k], turned[k], float(best[k])))
        return found


def _start(row, turn, agreement) -> Start:
    """A template's row, seen by the map before it was turned."""
    irrep, theta, phi, delta, eps0, inverse = row
    form = Form(irrep)
    if irrep in TWO_COMPONENTS:
        theta, phi = _back(theta, phi, turn)
    angle = [theta] if form.angles else []
    vector = np.array([*angle, np.log(delta), eps0, np.log(BROADENING), inverse])
    return Start(form, vector, (theta, phi), agreement)


def _back(theta: float, phi: float, turn: int) -> tuple[float, float]:
    """theta and phi of the map that an operation turned into one of these."""
    _, sign, shift = group()[turn]
    s1, s2 = of_mixture(theta, phi)
    # theta' = sign theta + shift, on the plane of S_1 and S_2 an angle twice as large.
    angle = sign * (np.arctan2(s2, s1) - 2 * shift)
    length = np.hypot(s1, s2)
    return mixture(length * np.cos(angle), length * np.sin(angle))


def _turned(maps: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The middle of maps after an operation of the lattice; cells from beyond are 0."""
    size, half = 2 * DISC.size + 1, DISC.size
    centre = maps.shape[-1] // 2
    i, j = np.indices((size, size)) - half
    back = np.rint(np.linalg.inv(matrix)).astype(int)
    k, m = (back @ np.stack([i.ravel(), j.ravel()]) + centre).reshape(2, size, size)
    inside = (k >= 0) & (m >= 0) & (k < maps.shape[-1]) & (m < maps.shape[-1])
    return np.where(inside, maps[..., np.where(inside, k, 0), np.where(inside, m, 0)], 0.0)


def bank(
    energies: tuple[float, ...],
    eps0: tuple[float, ...] = tuple(_EPS0),
    said: Callable[[str], None] = lambda line: None,
) -> Bank:
    """Templates at some energies, meV; ten seconds for two energies, kept for the next maps.

    Parameters
    ----------
    energies : tuple of float
        meV.
    eps0 : tuple of float
        Those of the templates, meV.
    said : callable
        Told which irrep is next.
    """
    parts = []
    for number, irrep in enumerate(_THETA, 1):
        said(f"templates of {irrep}, {number} of {len(_THETA)}")
        parts.append(_of_irrep(irrep, energies, eps0))
    return Bank(
        [row for rows, _ in parts for row in rows],
        np.ascontiguousarray(np.concatenate([maps for _, maps in parts], 1)),
    )


@lru_cache(maxsize=4 * len(_THETA))
def _of_irrep(
    irrep: str, energies: tuple[float, ...], eps0: tuple[float, ...]
) -> tuple[list[tuple[str, float, float, float, float, float]], np.ndarray]:
    """Rows and maps of a bank, shape (energies, rows, cells)."""
    combinations = [
        (theta, phi, delta, one)
        for theta, phi in _THETA[irrep]
        for delta in (*_DELTA, *([_LARGE] if irrep == "A2u" else []))
        for one in eps0
    ]
    rows, maps = [], []
    for theta, phi, delta, one in combinations:
        form = Form(irrep, complex=phi != 0)
        angle = of_mixture(theta, phi) if form.complex else (theta,) * form.angles
        vector = np.array([*angle, np.log(delta), one, np.log(BROADENING), 0.0])
        green = window(form, vector, energies, DISC.size, N_EFFECTIVE)
        for inverse in INVERSE:
            rows.append((irrep, theta, phi, delta, one, inverse))
            found = ldos(green, inverse, DISC)
            found -= found.mean(-1, keepdims=True)
            found /= np.linalg.norm(found, axis=-1, keepdims=True)
            maps.append(found.astype(np.float32))
    return rows, np.stack(maps, 1)
