"""The Matsubara sums of eqs 6 and 7 as one convolution.

With D_m = Delta_m / R_m, even in m, and E_m = omega_m / R_m, odd in m (omega_{-m-1} = -omega_m),
both sums are parts of sum_m lambda(n - m) (D_m + E_m) over all m = -N ... N - 1: its even part in n
belongs to eq. 7, its odd part to eq. 6. One real FFT there and one back do both in O(N log N).

The sums end at N, as in the paper, or go on (`tail`): above the last frequency omega_m / R_m is 1
to some 1e-4, and Delta_m near the constant to which it tends, so that what is left out is known:

    eq. 6: (pi T / omega_n) sum_{k = N-n}^{N+n} lambda(k)
    eq. 7: pi T Delta_{N-1} sum_{m >= N} [lambda(n - m) + lambda(n + m + 1)] / omega_m

The second sum is a difference of digamma functions for each mode.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import digamma

from gapworks.eliashberg.physics.compiled import entry_point
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.fixed_point import SLOTS, in_blocks, in_tiles, padded

Coulomb = tuple[float, np.ndarray]
"""mu* and the frequencies it acts on, as bool."""


@entry_point
def _spread_out(x, order, frequencies, mu_terms, signal, coulomb):
    """D_m + E_m of each slot, wrapped around for the FFT; the mu* sum beside it."""
    n, length = x.shape[1], signal.shape[1]
    for b in range(order.size):
        row = order[b]
        total = 0.0
        for m in range(n):
            delta = x[row, m]
            inverse = 1.0 / np.sqrt(frequencies[m] * frequencies[m] + delta * delta)
            even, odd = delta * inverse, frequencies[m] * inverse
            total += mu_terms[m] * even
            signal[b, m] = even + odd
            signal[b, length - 1 - m] = even - odd
        coulomb[b] = total


@entry_point
def _compare(convolved, coulomb, order, frequencies, pi_t, x, z, f, size):
    """Z and f = G(Delta) - Delta of each slot from its convolution."""
    n, length = x.shape[1], convolved.shape[1]
    for b in range(order.size):
        row = order[b]
        largest = 0.0
        finite = True
        for m in range(n):
            plus, minus = convolved[b, m], convolved[b, length - 1 - m]
            # pi T (plus +- minus) / 2: both halves of the sum over m.
            renormalisation = 1.0 + 0.5 * pi_t * (plus - minus) / frequencies[m]
            change = (0.5 * pi_t * (plus + minus) - coulomb[b]) / renormalisation - x[row, m]
            z[row, m] = renormalisation
            f[row, m] = change
            largest = max(largest, abs(change))
            finite = finite and np.isfinite(change)
        size[row] = largest if finite else np.nan


@entry_point
def _add_tail(order, z_tail, pair_tail, x, z, f, size):
    """Z and f of each slot with what the sums have above the last frequency."""
    n = x.shape[1]
    for b in range(order.size):
        row = order[b]
        largest = 0.0
        finite = True
        for m in range(n):
            pair = (x[row, m] + f[row, m]) * z[row, m] + pair_tail[row, m] * x[row, n - 1]
            renormalisation = z[row, m] + z_tail[row, m]
            change = pair / renormalisation - x[row, m]
            z[row, m] = renormalisation
            f[row, m] = change
            largest = max(largest, abs(change))
            finite = finite and np.isfinite(change)
        size[row] = largest if finite else np.nan


def frequencies(temperature: float, count: int) -> np.ndarray:
    """omega_n = (2 n + 1) pi k_B T, n = 0 ... count - 1, meV."""
    return (2 * np.arange(count) + 1) * np.pi * BOLTZMANN * temperature


class MatsubaraSystem:
    """Eqs 6 and 7 for rows of spectra: a `System` whose unknowns are Delta(i omega_n).

    Parameters
    ----------
    frequencies : ndarray, shape (N,)
        omega_n >= 0, meV.
    coulomb : tuple of (float, ndarray of bool)
        mu* and the frequencies it acts on.
    table : ndarray, shape (J, >= 2 N)
        From `interaction_table`.
    strengths : ndarray, shape (B, J)
    start : ndarray, shape (B,) or (B, N)
        Delta to start from.
    tail : ndarray, shape (J, >= N), optional
        From `tail_table`: the sums go on above the last frequency.
    """

    def __init__(
        self,
        frequencies: np.ndarray,
        coulomb: Coulomb,
        table: np.ndarray,
        strengths: np.ndarray,
        start: np.ndarray,
        tail: np.ndarray | None = None,
    ) -> None:
        n = self.unknowns = frequencies.size
        self._frequencies = frequencies
        self._pi_t = float(frequencies[0])
        mu, below = coulomb
        self._mu_terms = 2 * mu * self._pi_t * below
        self._start = start
        lags = in_blocks(strengths, table)[:, : 2 * n]
        self.normal_z = 1 + self._pi_t * (2 * lags[:, :n].cumsum(1) - lags[:, :1]) / frequencies
        length = next_fast_len(4 * n - 1, real=True)
        wrapped = np.zeros((padded(len(lags)), length))
        wrapped[: len(lags), : 2 * n] = lags
        wrapped[: len(lags), length - 2 * n + 1 :] = lags[:, :0:-1]
        # Real, for lambda is even.
        self._kernel = rfft(wrapped, workers=1).real[: len(lags)]
        slots = min(SLOTS, len(lags))
        self._kernels = np.zeros((padded(slots), length // 2 + 1))
        self._signal = np.zeros((padded(slots), length))
        self._coulomb = np.zeros(slots)
        self._z = np.zeros((slots, n))
        self.delta, self.z = np.empty((len(lags), n)), np.empty((len(lags), n))
        self._tails = None
        if tail is not None:
            below = np.concatenate([np.zeros((len(lags), 1)), lags.cumsum(1)], axis=1)
            z_tail = self._pi_t / frequencies * (below[:, n + 1 :] - below[:, n:0:-1])
            self._tails = z_tail, in_blocks(strengths, tail)[:, :n]
            self._tails_held = np.zeros((2, slots, n))

    def load(self, slot: int, index: int, x: np.ndarray) -> None:
        """See `System`."""
        self._kernels[slot] = self._kernel[index]
        x[:] = self._start[index]
        if self._tails is not None:
            for held, tail in zip(self._tails_held, self._tails, strict=True):
                held[slot] = tail[index]

    def evaluate(self, order: np.ndarray, x: np.ndarray, f: np.ndarray, size: np.ndarray) -> None:
        """See `System`."""
        rows = padded(order.size)
        signal = self._signal[:rows]
        _spread_out(x, order, self._frequencies, self._mu_terms, signal, self._coulomb)
        spectrum = rfft(signal, workers=1)
        spectrum[: order.size] *= self._kernels[order]
        convolved = irfft(spectrum, signal.shape[1], overwrite_x=True, workers=1)
        _compare(
            convolved, self._coulomb, order, self._frequencies, self._pi_t, x, self._z, f, size
        )
        if self._tails is not None:
            _add_tail(order, *self._tails_held, x, self._z, f, size)

    def store(self, slot: int, index: int, x: np.ndarray) -> None:
        """See `System`."""
        self.delta[index] = x
        self.z[index] = self._z[slot]


def interaction_table(energies: np.ndarray, temperature: float, count: int) -> np.ndarray:
    """2 omega / (nu_k^2 + omega^2), nu_k = 2 pi k T: strengths @ table is lambda(k), eq. 8.

    Parameters
    ----------
    energies : ndarray, shape (J,)
        meV.
    temperature : float
        K.
    count : int
        Lags k = 0 ... count - 1.

    Returns
    -------
    ndarray, shape (J, count), and columns of zeros after them
        1/meV.
    """
    nu = 2 * np.pi * BOLTZMANN * temperature * np.arange(count)
    return in_tiles(2 * energies[:, None] / (nu**2 + energies[:, None] ** 2))


def tail_table(energies: np.ndarray, temperature: float, count: int) -> np.ndarray:
    """pi T sum_{m >= count} [K(n - m) + K(n + m + 1)] / omega_m, K of one mode: see eq. 7 above.

    Arguments, shape and unit are those of `interaction_table`, with frequencies n < count in place
    of lags.
    """
    spacing = 2 * np.pi * BOLTZMANN * temperature
    omega_n = frequencies(temperature, count)
    result = np.zeros((energies.size, count))
    for sign in (-1, 1):
        # K = 2 Im 1 / (omega_m + b), and 1 / (omega_m (omega_m + b)) in partial fractions.
        b = (sign * omega_n - 1j * energies[:, None]) / spacing
        result += ((digamma(count + 0.5 + b) - digamma(count + 0.5)) / b).imag / spacing
    return in_tiles(result)
