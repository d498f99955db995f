"""Eqs 6 and 7 on few Matsubara frequencies: their cost hardly grows towards low temperatures.

Delta, D = Delta / R and E = omega / R are smooth functions of log(omega_n), so that their values at
all frequencies follow from some hundred: every one of the lowest, then ten to an octave, between
which polynomials interpolate. The sums over m are the full ones, of the interpolants; above the
last frequency they go on, where E is 1 and Delta constant. lambda(k) comes from a cubic spline in
asinh(nu / omega_1): its poles, the modes, lie pi / 2 off the axis there, whatever their energies.

Frequencies reach 20 times the end of the spectrum; where the cut-off of mu* is below that and above
8 times the end, they reach the cut-off. mu* acts on the last one below it in part, so that nothing
jumps as the temperature moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import eigvals
from scipy.sparse import csr_array

from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.solution import Sampling

LEAST = 351
"""Frequencies kept, unless mu* ends below them."""
_ENDS, _LEAST_ENDS = 20.0, 8.0
# Numbers of frequencies in an octave.
_STEPS = 6
# All of the lowest frequencies, then octaves with so many nodes each.
_EACH, _NODES = 24, 11
_DENSE = 1000
_SPLINE_STEP = 0.04
# Panels of the sums above the last frequency, octaves, and nodes in each.
_PANELS, _GAUSS = 8, np.polynomial.legendre.leggauss(5)
_PLAIN, _NEWTON = 12, 40
_LOWEST = 3e-4
"""The search for T_c ends at this share of the spectrum's end, in k_B T."""


class Interaction:
    """lambda(nu) of one spectrum at any imaginary energy.

    Parameters
    ----------
    energies, strengths : ndarray, shape (J,)
        Einstein modes: omega_j, meV, and w_j a2F_j.

    Attributes
    ----------
    first, end : float
        The lowest and the highest mode, meV.
    lowest : float
        Temperature at which the search for T_c ends, K.
    """

    def __init__(self, energies: np.ndarray, strengths: np.ndarray) -> None:
        used = np.flatnonzero(strengths)
        part = slice(used[0], used[-1] + 1)
        self.first, self.end = float(energies[used[0]]), float(energies[used[-1]])
        self.lowest = _LOWEST * self.end / BOLTZMANN
        u, table = _modes_table(energies[part].tobytes())
        self._spline = CubicSpline(u, table @ strengths[part], bc_type=((1, 0.0), "not-a-knot"))

    def __call__(self, nu: np.ndarray) -> np.ndarray:
        """lambda at nu >= 0, meV; dimensionless."""
        return self._spline(np.arcsinh(nu / self.first)) / (1 + (nu / self.end) ** 2)


@lru_cache(maxsize=4)
def _modes_table(energies: bytes) -> tuple[np.ndarray, np.ndarray]:
    """asinh(nu / omega_1), and what modes of strength one give lambda there, less its fall."""
    modes = np.frombuffer(energies)
    last = np.arcsinh(4 * _ENDS * 2**_PANELS * modes[-1] / modes[0])
    u = np.linspace(0.0, last, int(np.ceil(last / _SPLINE_STEP)) + 1)
    square = (modes[0] * np.sinh(u[:, None])) ** 2
    # At high energies lambda falls as 1 / nu^2: what is interpolated does not.
    return u, 2 * modes / (square + modes**2) * (1 + square / modes[-1] ** 2)


@dataclass(frozen=True)
class Equations:
    """The sums of eqs 6 and 7 of one spectrum at one temperature, as matrices over the nodes.

    Attributes
    ----------
    omega : ndarray, shape (S,)
        The sampled frequencies, meV.
    pi_t : float
        pi k_B T, meV.
    pairs, others : ndarray, shape (S, S)
        pi T times the sums of lambda(n - m) + and - lambda(n + m + 1) with D and E.
    beyond : ndarray, shape (S,)
        What the sum of `others` has above the last frequency.
    repulsion : ndarray, shape (S,)
        2 mu* pi T times the sums over D below the cut-off.
    sampling : Sampling
        For the real axis.
    """

    omega: np.ndarray
    pi_t: float
    pairs: np.ndarray
    others: np.ndarray
    beyond: np.ndarray
    repulsion: np.ndarray
    sampling: Sampling

    def renormalisation(self, e: np.ndarray) -> np.ndarray:
        """Z of E = omega / R at the nodes; of ones in the normal state."""
        return 1 + (self.others @ e + self.beyond) / self.omega

    def largest_eigenvalue(self) -> float:
        """Of the equations linearised in Delta: above one, the normal state is unstable."""
        z = self.renormalisation(np.ones(self.omega.size))
        matrix = (self.pairs - self.repulsion) / (z * self.omega)[:, None]
        return float(eigvals(matrix, overwrite_a=True).real.max())


def equations(
    interaction: Interaction,
    temperature: float,
    mu_star: float,
    cutoff: float,
    count: int | None = None,
) -> Equations:
    """Eqs 6 and 7 at a temperature.

    Parameters
    ----------
    interaction : Interaction
    temperature : float
        K.
    mu_star, cutoff : float
        mu* and the energy below which it acts, meV.
    count : int, optional
        Frequencies of the sums; by default `frequencies_kept`.
    """
    spacing = 2 * np.pi * BOLTZMANN * temperature
    pi_t = spacing / 2
    count = count or frequencies_kept(interaction.end, temperature, cutoff)
    index, spread = nodes(count)
    lags = interaction(spacing * np.arange(2 * count))
    m = np.arange(count)
    near, far = lags[np.abs(index[:, None] - m)], lags[index[:, None] + m + 1]
    pairs, others = ((spread.T @ sums.T).T * pi_t for sums in (near + far, near - far))
    omega = (2 * index + 1) * pi_t
    # lambda(k) over k = N - n ... N + n is what the sum of eq. 6 lacks.
    below = np.concatenate([[0.0], lags.cumsum()])
    beyond = pi_t * (below[count + 1 + index] - below[count - index])
    pairs[:, -1] += _pair_tail(interaction, omega, spacing, count) * omega[-1]
    reach = count * spacing
    mu = mu_star / (1 + mu_star * np.log(cutoff / reach)) if cutoff > reach else mu_star
    acts = spread.T @ np.clip(cutoff / spacing - m, 0.0, 1.0)
    sampling = Sampling(count=count, weights=spread.sum(axis=0), coulomb=(mu, acts))
    return Equations(omega, pi_t, pairs, others, beyond, 2 * mu * pi_t * acts, sampling)


def frequencies_kept(end: float, temperature: float, cutoff: float) -> int:
    """How many frequencies the sums run over before their tail.

    Parameters
    ----------
    end : float
        Of the spectrum, meV.
    temperature : float
        K.
    cutoff : float
        Of mu*, meV.
    """
    spacing = 2 * np.pi * BOLTZMANN * temperature
    count = max(LEAST, _ENDS * end / spacing)
    if _LEAST_ENDS * end < cutoff < count * spacing:
        return max(1, int(cutoff / spacing))
    # Up to the next of few numbers: tables for other temperatures are there already.
    return int(np.ceil(2 ** (np.ceil(_STEPS * np.log2(count)) / _STEPS)))


def _pair_tail(interaction, omega, spacing, count):
    """pi T sum_{m >= count} [lambda(n - m) + lambda(n + m + 1)] / omega_m, as an integral."""
    x, w = _GAUSS
    edges = np.log(count * spacing) + np.log(2.0) * np.arange(_PANELS + 1)
    half = np.log(2.0) / 2
    at = np.exp(((edges[:-1] + half)[:, None] + half * x).ravel())
    # d omega / omega is the step in the logarithm; pi T / spacing is a half.
    weights = np.tile(half * w, _PANELS) / 2
    total = interaction(np.abs(at - omega[:, None])) + interaction(at + omega[:, None])
    return total @ weights


@lru_cache(maxsize=64)
def nodes(count: int) -> tuple[np.ndarray, np.ndarray | csr_array]:
    """Which of `count` frequencies are sampled, and how all follow from them.

    Parameters
    ----------
    count : int

    Returns
    -------
    index : ndarray of int, shape (S,)
    spread : ndarray or csr_array, shape (count, S)
        Times values at the nodes: values at all frequencies.
    """
    first = min(_EACH, count)
    index = list(range(first))
    blocks = []
    start = first - 1
    chebyshev = 0.5 - 0.5 * np.cos(np.pi * np.arange(_NODES) / (_NODES - 1))
    while start < count - 1:
        stop = min(2 * start + 1, count - 1)
        a, b = np.log([start + 0.5, stop + 0.5])
        at = np.unique(np.rint(np.exp(a + (b - a) * chebyshev) - 0.5).astype(int))
        at[0], at[-1] = start, stop
        blocks.append(at)
        index += list(at[1:])
        start = stop
    place = {n: k for k, n in enumerate(index)}
    rows, columns, values = list(range(first)), list(range(first)), [1.0] * first
    for at in blocks:
        x = np.log(at + 0.5)
        apart = x[:, None] - x
        np.fill_diagonal(apart, 1.0)
        scale = 4 / (x[-1] - x[0])
        weights = 1 / np.prod(apart * scale, axis=1)
        m = np.arange(at[0] + 1, at[-1] + 1)
        away = np.log(m + 0.5)[:, None] - x
        hit = away == 0
        ratio = weights / np.where(hit, 1.0, away)
        ratio /= ratio.sum(axis=1, keepdims=True)
        ratio[hit.any(axis=1)] = hit[hit.any(axis=1)]
        rows += list(np.repeat(m, at.size))
        columns += [place[n] for n in at] * m.size
        values += list(ratio.ravel())
    spread = csr_array((values, (rows, columns)), shape=(count, len(index)))
    return np.array(index), spread.toarray() if count <= _DENSE else spread


def solve_sampled(
    system: Equations, start: float, superconducting: bool | None = None
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Delta and Z at the nodes, by Newton's method from above; zero in the normal state.

    Parameters
    ----------
    system : Equations
    start : float
        Delta to begin with, meV, rather too large than too small.
    superconducting : bool, optional
        Where it is known already: whether the temperature is below T_c.

    Returns
    -------
    delta, z : ndarray, shape (S,)
        meV; and dimensionless.
    residual : float
        Largest |G(Delta) - Delta|, meV.
    iterations : int
    """
    omega = system.omega
    if superconducting is None:
        superconducting = system.largest_eigenvalue() > 1
    if not superconducting:
        return np.zeros(omega.size), system.renormalisation(np.ones(omega.size)), 0.0, 0
    delta = np.full(omega.size, start)
    kernel = system.pairs - system.repulsion
    for iteration in range(1, _NEWTON + 1):
        root = np.hypot(omega, delta)
        z = system.renormalisation(omega / root)
        change = kernel @ (delta / root) / z - delta
        residual = float(np.abs(change).max())
        if residual < 1e-12 * max(1.0, start):
            break
        plain = delta + change
        if iteration <= _PLAIN and residual > 0.02 * delta[0]:
            delta = plain
            continue
        d_e, d_d = -omega * delta / root**3, omega**2 / root**3
        jacobian = np.diag(z) + (delta / omega)[:, None] * system.others * d_e - kernel * d_d
        newton = delta + np.linalg.solve(jacobian, z * change)
        # The solution is the one of positive Delta: Newton's step may leave its basin, the map not.
        delta = newton if newton[0] > 0.3 * delta[0] else plain
    return delta, z, residual, iteration
