"""The Eliashberg equations on the line z = x + i Gamma above the real axis.

Marsiglio, Schossmann and Carbotte (Phys. Rev. B 37, 4965) split the sums of eqs 6 and 7 at complex
energy into sums over the Matsubara data and integrals over the line itself. With F = Delta / s,
G = z / s, s = sqrt(z^2 - Delta^2), Im[Z s] > 0, D_m = Delta_m / R_m, E_m = omega_m / R_m, the
modes w_j a2F_j at omega_j, Bose's N and tanh from Fermi's f(-z) = 1/2 + tanh(z / 2T) / 2:

    Delta Z = pi T [sum_m lambda(z - i omega_m) D_m - mu* sum_m D_m] + i pi [e * F + o * (t F)]
    (Z - 1) z = i pi T sum_m lambda(z - i omega_m) E_m + i pi [e * G + o * (t G)]

where * is a convolution over x with the modes, e = a2F (N + 1/2) even and o = a2F odd in omega,
t = tanh(z / 2T) / 2. The sums over m are convolutions of o, too, with

    C(z) = sum_{m>=0} D_m 2 z / (z^2 + omega_m^2)
    Q(z) = sum_{m>=0} E_m 2 omega_m / (z^2 + omega_m^2)

up to the last frequency or, where the solution on the imaginary axis has its `tail`, beyond.

On -x each function is, up to a factor, the complex conjugate of itself on x: one half is kept, its
transforms are real, and the transforms of the modes are sums of cosines and sines, exact for modes
anywhere between the points of the grid.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import hfft, ihfft, next_fast_len
from scipy.special import digamma

from gapworks.eliashberg.physics.compiled import entry_point
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.fixed_point import SLOTS, in_blocks, in_tiles, padded
from gapworks.eliashberg.physics.pade import pade_approximant

# e^-16 = 1e-7: how far above x thermal bosons carry.
_THERMAL_REACH = 16.0
# Points over which functions are led to zero at the end of the grid, so that modes between grid
# points do not ring.
_TAPER = 16
# Matsubara points of the first guess, and how far above the first value it may reach.
_GUESS_POINTS = 14
_GUESS_LIMIT = 10.0


@entry_point
def _propagators(x, order, z, tanh, taper, renormalisation, fields):
    """i F, t F, G, i t G of each slot, on the half x >= 0 and led to zero at its end."""
    n = z.size
    for b in range(order.size):
        row = order[b]
        for i in range(n):
            zr, zi = z[i].real, z[i].imag
            dr, di = x[row, 2 * i], x[row, 2 * i + 1]
            a = (zr * zr - zi * zi) - (dr * dr - di * di)
            c = 2.0 * (zr * zi - dr * di)
            r = np.sqrt(a * a + c * c)
            # The larger part of the root first: no cancellation.
            big = np.sqrt(0.5 * (r + abs(a)))
            small = 0.5 * abs(c) / big
            sr = big if a >= 0.0 else small
            si = small if a >= 0.0 else big
            si = si if c >= 0.0 else -si
            q = renormalisation[row, i]
            sign = taper[i] / r if q.real * si + q.imag * sr > 0.0 else -taper[i] / r
            sr, si = sr * sign, -si * sign
            fr, fi = dr * sr - di * si, dr * si + di * sr
            gr, gi = zr * sr - zi * si, zr * si + zi * sr
            tr, ti = tanh[i].real, tanh[i].imag
            fields[b, 0, i] = complex(-fi, fr)
            fields[b, 1, i] = complex(tr * fr - ti * fi, tr * fi + ti * fr)
            fields[b, 2, i] = complex(gr, gi)
            fields[b, 3, i] = complex(-(tr * gi + ti * gr), tr * gr - ti * gi)


@entry_point
def _interact(transforms, order, even, odd, products):
    """The convolutions, as products of transforms: of the pair function and of the other."""
    length = transforms.shape[2]
    half = length // 2
    for b in range(order.size):
        row = order[b]
        f, tf, g, tg = transforms[b, 0], transforms[b, 1], transforms[b, 2], transforms[b, 3]
        e, o = even[row], odd[row]
        for k in range(half + 1):
            products[b, 0, k] = e[k] * f[k] + o[k] * tf[k]
            products[b, 1, k] = e[k] * g[k] - o[k] * tg[k]
        for k in range(half + 1, length):
            products[b, 0, k] = e[length - k] * f[k] - o[length - k] * tf[k]
            products[b, 1, k] = e[length - k] * g[k] + o[length - k] * tg[k]


@entry_point
def _compare(convolved, order, z, sums, x, renormalisation, f, size):
    """Z and f = G(Delta) - Delta of each slot."""
    n = z.size
    for b in range(order.size):
        row = order[b]
        largest = 0.0
        finite = True
        for i in range(n):
            pair = sums[row, 0, i] + np.pi * convolved[b, 0, i]
            other = sums[row, 1, i] + np.pi * convolved[b, 1, i]
            new_z = 1.0 + complex(-other.imag, other.real) / z[i]
            new = pair / new_z
            dr, di = new.real - x[row, 2 * i], new.imag - x[row, 2 * i + 1]
            renormalisation[row, i] = new_z
            f[row, 2 * i] = dr
            f[row, 2 * i + 1] = di
            square = dr * dr + di * di
            largest = max(largest, square)
            finite = finite and np.isfinite(square)
        size[row] = np.sqrt(largest) if finite else np.nan


class Line:
    """Grid and tables that all spectra on the same energies share.

    Parameters
    ----------
    energies : ndarray, shape (J,)
        Of the modes, meV.
    frequencies, weights : ndarray, shape (N,)
        omega_n, meV, and how they count in sums over all: ones, or those of a `Sampling`.
    temperature : float
        K.
    broadening, step, reach : float
        Gamma, the grid's step and the largest |x| wanted, meV.
    halvings : int
        How often the step is halved; the points of the coarser grids stay.
    """

    def __init__(
        self,
        energies: np.ndarray,
        frequencies: np.ndarray,
        weights: np.ndarray,
        temperature: float,
        broadening: float,
        step: float,
        reach: float,
        halvings: int = 0,
    ) -> None:
        kt = BOLTZMANN * temperature
        highest = energies[-1]
        thermal = min(highest, _THERMAL_REACH * kt)
        self.n = int(np.ceil((reach + thermal) / step)) + _TAPER + 1
        self.n, step = (self.n - 1) * 2**halvings + 1, step / 2**halvings
        self.inside = int(np.ceil(reach / step)) + 1
        self.x = step * np.arange(self.n)
        self.z = self.x + 1j * broadening
        self.tanh = np.tanh(self.z / (2 * kt)) / 2
        self.taper = _lead_out(self.n)
        # The sums over m need C and Q as far as a boson reaches beyond the line.
        self.wide = self.n + int(np.ceil(highest / step)) + _TAPER
        self.length = _even_fast(2 * self.wide)
        phase = 2 * np.pi / (self.length * step) * np.arange(self.length // 2 + 1)
        phase = phase * energies[:, None]
        bose = 0.5 / np.tanh(energies / (2 * kt))
        self.even = in_tiles(2 * bose[:, None] * np.cos(phase))
        self.odd = in_tiles(2 * np.sin(phase))
        self.wide_z = step * np.arange(self.wide) + 1j * broadening
        end = _lead_out(self.wide)
        poles = 2 * end / (self.wide_z**2 + frequencies[:, None] ** 2) * weights[:, None]
        self.poles = in_tiles(poles.view(float))
        # Of Q above the last frequency, where E_m = 1, but for a constant, which o takes away; of
        # C / z, where D_m is Delta of the last frequency over omega_m.
        spacing = 2 * np.pi * kt
        first, b = int(frequencies[-1] / spacing) + 1.5, 1j * self.wide_z / spacing
        rest = 2 * digamma(first) - digamma(first + b) - digamma(first - b)
        self.tail = end * rest / spacing
        self.pair_tail = -self.tail / self.wide_z**2


def _first_guess(frequencies, values, z):
    """A Pade approximant of few points, good to some percent; its poles are cut out."""
    points = min(_GUESS_POINTS, frequencies.size)
    guess = pade_approximant(frequencies[:points], values[:, :points], z)
    first = values[:, :1]
    wild = ~(np.abs(guess) <= _GUESS_LIMIT * np.abs(first))
    return np.where(wild, first, guess)


def _lead_out(n: int) -> np.ndarray:
    """1, and a smooth way to 0 over the last points."""
    result = np.ones(n)
    result[n - _TAPER :] = np.cos(0.5 * np.pi * np.arange(1, _TAPER + 1) / (_TAPER + 1)) ** 2
    return result


def _even_fast(length: int) -> int:
    """The next even number whose FFT is fast: a multiple of 8, other factors 2, 3 and 5."""
    return 8 * next_fast_len(-(-length // 8), real=True)


class LineSystem:
    """The equations on the line: a `System` whose unknowns are Delta, real and imaginary parts.

    Parameters
    ----------
    line : Line
    strengths : ndarray, shape (B, J)
        w_j a2F_j.
    delta, z : ndarray, shape (B, N)
        On the imaginary axis.
    frequencies : ndarray, shape (N,)
    coulomb : tuple of (float, ndarray of bool)
        mu* and the frequencies it acts on.
    tail : bool
        The sums over the Matsubara data go on above the last frequency.
    start : list of ndarray of complex, shape (B, n), optional
        Delta and Z to start from; Pade approximants of a few points by default.
    """

    def __init__(
        self,
        line: Line,
        strengths: np.ndarray,
        delta: np.ndarray,
        z: np.ndarray,
        frequencies: np.ndarray,
        coulomb: tuple[float, np.ndarray],
        tail: bool,
        start: list[np.ndarray] | None = None,
    ) -> None:
        self.line, count, n = line, len(strengths), line.n
        self.unknowns = 2 * n
        half = line.length // 2 + 1
        self._even_all = in_blocks(strengths, line.even)[:, :half]
        self._odd_all = in_blocks(strengths, line.odd)[:, :half]
        self._sums_all = self._matsubara_sums(strengths, delta, frequencies, coulomb, tail)
        if start is None:
            start = [_first_guess(frequencies, values, line.z) for values in (delta, z)]
        self._start, self._start_z = start
        slots = min(SLOTS, count)
        self._even, self._odd = np.zeros((slots, half)), np.zeros((slots, half))
        self._sums = np.zeros((slots, 2, n), complex)
        self._z = np.zeros((slots, n), complex)
        rows = padded(slots)
        self._fields = np.zeros((rows, 4, half), complex)
        self._products = np.zeros((rows, 2, line.length))
        self.delta, self.z = np.empty((count, n), complex), np.empty((count, n), complex)

    def _matsubara_sums(self, strengths, delta, frequencies, coulomb, tail):
        """The terms that stay: sums over the Matsubara data, shape (B, 2, n)."""
        line, count, pi_t = self.line, len(strengths), frequencies[0]
        mu, below = coulomb
        root = np.hypot(frequencies, delta)
        rows = np.concatenate([delta / root, frequencies**2 / root])
        values = in_blocks(rows, line.poles)[:, : 2 * line.wide].view(complex)
        if tail:
            values[:count] += delta[:, -1:] * line.pair_tail
            values[count:] += line.tail
        fields = np.zeros((2, padded(count), line.length // 2 + 1), complex)
        fields[0, :count, : line.wide] = 1j * line.wide_z * values[:count]
        fields[1, :count, : line.wide] = values[count:]
        transforms = hfft(fields, line.length, workers=1)
        odd = pi_t * np.concatenate([self._odd_all, -self._odd_all[:, -2:0:-1]], axis=1)
        transforms[0, :count] *= odd
        transforms[1, :count] *= -odd
        sums = ihfft(transforms, workers=1)[:, :count, : line.n].swapaxes(0, 1)
        sums[:, 0] -= 2 * mu * pi_t * (delta / root * below).sum(1)[:, None]
        return sums

    def load(self, slot: int, index: int, x: np.ndarray) -> None:
        """See `System`."""
        self._even[slot] = self._even_all[index]
        self._odd[slot] = self._odd_all[index]
        self._sums[slot] = self._sums_all[index]
        self._z[slot] = self._start_z[index]
        x[:] = self._start[index].view(float)

    def evaluate(self, order: np.ndarray, x: np.ndarray, f: np.ndarray, size: np.ndarray) -> None:
        """See `System`."""
        line, rows = self.line, padded(order.size)
        fields, products = self._fields[:rows], self._products[:rows]
        _propagators(x, order, line.z, line.tanh, line.taper, self._z, fields)
        transforms = hfft(fields, line.length, workers=1)
        _interact(transforms, order, self._even, self._odd, products)
        convolved = ihfft(products, workers=1)
        _compare(convolved, order, line.z, self._sums, x, self._z, f, size)

    def defects(self) -> np.ndarray:
        """Largest |G(Delta) - Delta| of each start over the energies wanted, shape (B,), meV."""
        count, inside = len(self._start), 2 * self.line.inside
        result = np.empty(count)
        x, f = np.zeros((SLOTS, self.unknowns)), np.zeros((SLOTS, self.unknowns))
        for first in range(0, count, SLOTS):
            slots = np.arange(min(SLOTS, count - first))
            size = np.zeros(slots.size)
            for slot in slots:
                self.load(slot, first + slot, x[slot])
            self.evaluate(slots, x, f, size)
            change = np.ascontiguousarray(f[: slots.size, :inside]).view(complex)
            result[first + slots] = np.abs(change).max(1)
        return result

    def store(self, slot: int, index: int, x: np.ndarray) -> None:
        """See `System`."""
        self.delta[index] = x.view(complex)
        self.z[index] = self._z[slot]
