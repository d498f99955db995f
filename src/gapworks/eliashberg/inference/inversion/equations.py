"""The equations on both axes for spectra of a family, solved from spectrum to spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import next_fast_len, rfft

from gapworks.eliashberg.inference.inversion.model import SpectrumModel
from gapworks.eliashberg.physics.coulomb import effective_coulomb
from gapworks.eliashberg.physics.fixed_point import in_tiles, relax
from gapworks.eliashberg.physics.matsubara_system import (
    MatsubaraSystem,
    frequencies,
    interaction_table,
    tail_table,
)
from gapworks.eliashberg.physics.real_axis_system import Line, LineSystem

# Iterations on either axis, meV.
_TOLERANCE = 1e-10
_LINE_TOLERANCE = 1e-7
_MOST = 400
# A gap below this share of pi T is no gap.
_VANISHED = 1e-6


@dataclass(frozen=True)
class Setting:
    """What the equations are solved with; energies in meV, temperature in K.

    Attributes
    ----------
    temperature, cutoff, broadening : float
        T, the cut-off of mu*, Gamma.
    count : int
        Frequencies omega_n > 0.
    tail : bool
        The sums go on above the last.
    step, reach : float
        Of the line: its step, and the largest |x| wanted.
    """

    temperature: float
    cutoff: float
    broadening: float
    count: int
    tail: bool
    step: float
    reach: float


@dataclass(frozen=True)
class State:
    """Solution for one spectrum.

    Attributes
    ----------
    c : ndarray, shape (K,)
    mu_star : float
    imaginary, imaginary_z : ndarray, shape (N,)
        Delta(i omega_n), meV, and Z.
    delta, z : ndarray of complex, shape (n,)
        Delta, meV, and Z on the line.
    """

    c: np.ndarray
    mu_star: float
    imaginary: np.ndarray
    imaginary_z: np.ndarray
    delta: np.ndarray
    z: np.ndarray


class Equations:
    """Eqs 6-8 and their continuation for spectra c @ basis.

    Parameters
    ----------
    model : SpectrumModel
    setting : Setting

    Attributes
    ----------
    frequencies : ndarray, shape (N,)
        omega_n, meV.
    pi_t : float
        The first of them.
    line : Line
        With the transforms of the basis functions in place of those of single modes.
    lags : ndarray, shape (K, 2 N)
        lambda(k) of each basis function.
    kernels : ndarray, shape (K, wrap // 2 + 1)
        Their transforms, of length `wrap`, as `MatsubaraSystem` has them.
    tails : tuple of ndarray, shape (K, N) each
        What each adds to Z and to the pair sum above the last frequency; if the sums go on.
    even, odd : ndarray, shape (K, line.length)
        Transforms on the line.
    poles : ndarray of complex, shape (N, line.wide)
    """

    def __init__(self, model: SpectrumModel, setting: Setting) -> None:
        self.model, self.setting = model, setting
        n, temperature = setting.count, setting.temperature
        self.frequencies = frequencies(temperature, n)
        self.pi_t = self.frequencies[0]
        weights = model.strengths
        self.lags = weights @ interaction_table(model.omega, temperature, 2 * n)[:, : 2 * n]
        self._table, self._tail = in_tiles(self.lags), None
        if setting.tail:
            pair_tail = weights @ tail_table(model.omega, temperature, n)[:, :n]
            sums = np.concatenate([np.zeros((len(weights), 1)), self.lags.cumsum(1)], axis=1)
            self.tails = (
                self.pi_t / self.frequencies * (sums[:, n + 1 :] - sums[:, n:0:-1]),
                pair_tail,
            )
            self._tail = in_tiles(pair_tail)
        # Of every basis function, as `MatsubaraSystem` has it of a spectrum.
        length = next_fast_len(4 * n - 1, real=True)
        wrapped = np.zeros((len(weights), length))
        wrapped[:, : 2 * n] = self.lags
        wrapped[:, length - 2 * n + 1 :] = self.lags[:, :0:-1]
        self.kernels, self.wrap = rfft(wrapped, workers=1).real, length
        self.line = line = Line(
            model.omega,
            self.frequencies,
            np.ones(n),
            temperature,
            setting.broadening,
            setting.step,
            setting.reach,
        )
        half = line.length // 2 + 1
        even, odd = (weights @ table[:, :half] for table in (line.even, line.odd))
        line.even, line.odd = in_tiles(even), in_tiles(odd)
        self.even = np.concatenate([even, even[:, -2:0:-1]], axis=1)
        self.odd = np.concatenate([odd, -odd[:, -2:0:-1]], axis=1)
        self.poles = np.asarray(line.poles)[:, : 2 * line.wide].view(complex)

    def solve(self, c: np.ndarray, mu_star: float, start: State | None = None) -> State | None:
        """Solve for one spectrum; None in the normal state, or where no iteration converges.

        Parameters
        ----------
        c : ndarray, shape (K,)
        mu_star : float
        start : State, optional
            Of a spectrum nearby.
        """
        guess = None if start is None else start.imaginary[None]
        return self.solve_all(c[None], mu_star, guess, start)[0]

    def imaginary_axis(
        self, rows: np.ndarray, mu_star: float, guess: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Delta(i omega_n), Z and where they are a converged superconductor's, for rows of c.

        Shapes (B, N), (B, N) and (B,); Delta is zero in the normal state.
        """
        if guess is None:
            guess = np.full(len(rows), 3 * self.pi_t)
        coulomb = self.coulomb(mu_star)
        system = MatsubaraSystem(self.frequencies, coulomb, self._table, rows, guess, self._tail)
        left, _ = relax(system, len(rows), "anderson", _TOLERANCE, _MOST)
        delta = system.delta * np.where(system.delta[:, :1] < 0, -1.0, 1.0)
        good = (left <= _TOLERANCE) & (delta[:, 0] > _VANISHED * self.pi_t)
        return np.where(good[:, None], delta, 0.0), system.z, good

    def solve_all(
        self,
        rows: np.ndarray,
        mu_star: float,
        guess: np.ndarray | None = None,
        start: State | None = None,
    ) -> list[State | None]:
        """As `solve`, of coefficients of shape (B, K)."""
        delta, z, good = self.imaginary_axis(rows, mu_star, guess)
        result: list[State | None] = [None] * len(rows)
        kept = np.flatnonzero(good)
        if not kept.size:
            return result
        on_line = LineSystem(
            self.line,
            rows[kept],
            delta[kept],
            z[kept],
            self.frequencies,
            self.coulomb(mu_star),
            self.setting.tail,
            None if start is None else [start.delta[None], start.z[None]],
        )
        left, _ = relax(on_line, kept.size, "anderson", _LINE_TOLERANCE, _MOST)
        for row, index in enumerate(kept):
            if left[row] <= _LINE_TOLERANCE:
                found = delta[index], z[index], on_line.delta[row], on_line.z[row]
                result[index] = State(rows[index], mu_star, *found)
        return result

    def coulomb(self, mu_star: float) -> tuple[float, np.ndarray]:
        """mu* brought down to the frequencies kept, and which it acts on, bool (N,)."""
        setting = self.setting
        return effective_coulomb(mu_star, setting.cutoff, setting.temperature, setting.count)

    def coulomb_slope(self, mu_star: float) -> float:
        """The derivative of `coulomb` with respect to mu*."""
        if mu_star == 0:
            return 1.0
        return (self.coulomb(mu_star)[0] / mu_star) ** 2
