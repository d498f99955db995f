"""dI/dV of a tunnel junction with a normal metal, from Delta on the line.

N(z) is analytic and bounded above the real axis, so that N on the line x + i Gamma is the density
of states folded with a Lorentzian of half width Gamma. dI/dV is the density of states folded with
-f', the derivative of Fermi's function, whose transform pi T t / sinh(pi T t) falls off faster than
that of the Lorentzian as long as Gamma < pi k_B T. So dI/dV is N on the line folded with the kernel
whose transform is

    exp((Gamma - g) |t|) (pi T t / sinh(pi T t)) (2 J_1(v t) / (v t))

with Dynes' width g and the amplitude v = sqrt(2) V_rms of a lock-in's modulation: no step to the
bare axis is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import irfft, next_fast_len
from scipy.interpolate import CubicSpline
from scipy.special import j1

from gapworks.eliashberg.inference.inversion.measurement import (
    density,
    density_slope,
    second_gaps,
)
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.real_axis import continue_to_real_axis
from gapworks.eliashberg.physics.real_axis_system import Line
from gapworks.eliashberg.physics.solution import MatsubaraSolution
from gapworks.numerics.checks import real_array

THERMAL_SHARE = 0.3
"""Gamma of the line over pi k_B T: conductances are right to 1e-6 with it, to 2e-3 at half."""
# Points of the kernel in a step of the line, its length in lengths of the line, and how far N - 1
# goes on beyond the line's end as 1 / x^2.
_FINE, _LENGTHS, _BEYOND = 16, 8, 4
# Standard deviation of what is known of the background's coefficients, of their size.
_LOOSE = 0.5


@dataclass(frozen=True)
class Instrument:
    """What smears a conductance; energies in meV (or voltages in mV), temperature in K.

    Attributes
    ----------
    temperature : float
    dynes : float
        Half width g of a Lorentzian.
    modulation : float
        Root mean square of a lock-in's modulation.
    """

    temperature: float
    dynes: float = 0.0
    modulation: float = 0.0

    @property
    def reach(self) -> float:
        """How far beyond a voltage the conductance there sees, meV."""
        return 16 * BOLTZMANN * self.temperature + 2 * self.modulation

    def transform(self, t: np.ndarray, broadening: float) -> np.ndarray:
        """Of the kernel for N on the line at Gamma = `broadening`, at t >= 0, 1/meV."""
        slope = np.pi * BOLTZMANN * self.temperature
        # pi T t / sinh(pi T t) with both exponentials in one.
        thermal = np.exp((broadening - self.dynes - slope) * t)
        thermal *= np.where(t > 0, 2 * slope * t / np.maximum(-np.expm1(-2 * slope * t), 1e-300), 1)
        v = np.sqrt(2) * self.modulation * t
        return thermal * np.where(v > 0, 2 * j1(v) / np.where(v > 0, v, 1), 1)


class Conductance:
    """dI/dV over that of the normal state, or times a polynomial background that is fitted.

    Parameters
    ----------
    line : Line
        Reaching `instrument.reach` beyond the voltages.
    voltage : ndarray, shape (V,)
        mV.
    instrument : Instrument
    order : int
        Of the background in V; -1: the data are normalised.
    size : float
        Of the background, about.
    """

    def __init__(
        self, line: Line, voltage: np.ndarray, instrument: Instrument, order: int, size: float
    ) -> None:
        self._z = line.z[: line.inside]
        self._fold = _weights(line.x, line.inside, line.z[0].imag, voltage, instrument)
        self._powers = (voltage / np.abs(voltage).max())[:, None] ** np.arange(order + 1)
        self.centre = np.array([size] * (order >= 0) + [0.0] * order)
        self.beside = np.full(order + 1, _LOOSE * size)
        self.normal = 0.0 if order >= 0 else 1.0

    def predict(self, delta: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        return self._background(numbers) * self._folded(self._density(delta))

    def slope(self, delta: np.ndarray, response: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        count = self._z.size
        changes = density_slope(self._z, delta[:count], response[:, :count])
        by_delta = self._background(numbers)[:, None] * (self._fold @ changes.T)
        by_numbers = self._powers * self._folded(self._density(delta))[:, None]
        return np.hstack([by_delta, by_numbers[:, : numbers.size]])

    def curvature(self, delta: np.ndarray, share: float, numbers: np.ndarray) -> np.ndarray:
        """See `Measurement`."""
        here = delta[: self._z.size]
        slope = density_slope(self._z, here, here)
        now = self._density(delta)
        off = [
            self._fold @ (density(self._z, (1 + s) * here) - now - s * slope)
            for s in (share, -share)
        ]
        return np.abs(self._background(numbers)) * np.abs(off).max(0)

    def more(
        self, delta: np.ndarray, numbers: np.ndarray, omega: np.ndarray, a2f: np.ndarray
    ) -> dict[str, np.ndarray]:
        """See `Measurement`; a second gap, or tunnelling that leaves a phonon behind."""
        now = self._folded(self._density(delta))
        found = {
            name: self._folded(density(self._z, gap)) - now
            for name, gap in second_gaps(delta).items()
        }
        # dI/dV of electrons that lose omega first: a2F folded with N at energies above zero.
        x = self._z.real
        strengths = np.interp(x, omega, a2f, left=0.0, right=0.0)
        emitted = np.convolve(strengths, self._density(delta))[: x.size] / strengths.sum()
        found["an inelastic channel, a2F folded with the density of states"] = self._folded(emitted)
        return {name: self._background(numbers) * column for name, column in found.items()}

    def _background(self, numbers):
        return self._powers @ numbers if numbers.size else np.ones(len(self._powers))

    def _density(self, delta):
        return density(self._z, delta[: self._z.size])

    def _folded(self, values):
        return 1 + self._fold @ (values - 1)


def conductance(m: MatsubaraSolution, voltage: ArrayLike, instrument: Instrument) -> np.ndarray:
    """dI/dV over that of the normal state, shape (V,), of one solution on the imaginary axis.

    Parameters
    ----------
    m : MatsubaraSolution
        Of one spectrum, at the instrument's temperature.
    voltage : array_like, shape (V,)
        mV.
    instrument : Instrument

    Raises
    ------
    ValueError
        If the voltages reach beyond the Matsubara frequencies, or the temperatures differ.
    """
    voltage = real_array("voltage", voltage)
    if m.temperature != instrument.temperature:
        raise ValueError(
            f"instrument: its temperature is {instrument.temperature:g} K, that of m is "
            f"{m.temperature:g} K; give the same"
        )
    reach = float(np.abs(voltage).max()) + instrument.reach
    broadening = THERMAL_SHARE * float(m.frequencies[0])
    r = continue_to_real_axis(m, [reach], broadening)
    inside = int(np.ceil(reach / r.line[1])) + 1
    values = density(r.line[:inside] + 1j * broadening, r.line_delta[:inside])
    fold = _weights(r.line, inside, broadening, voltage, instrument)
    return 1 + fold @ (values - 1)


def _weights(grid, inside, broadening, voltage, instrument):
    """Of N - 1 at the first points of a line in the conductance at voltages, shape (V, inside)."""
    step = grid[1]
    fine = step / _FINE
    size = next_fast_len(int(_LENGTHS * _BEYOND * grid[-1] / fine), real=True)
    t = 2 * np.pi / (size * fine) * np.arange(size // 2 + 1)
    kernel = irfft(instrument.transform(t, broadening), size) / fine
    # What lies beyond the period is the same as what lies before zero.
    half = size // 2
    kernel = CubicSpline(fine * np.arange(-half, half), np.roll(kernel, half)[: 2 * half])
    x = step * np.arange(_BEYOND * inside)
    both = step * (kernel(voltage[:, None] - x) + kernel(voltage[:, None] + x))
    both[:, 0] /= 2
    weights = both[:, :inside]
    last = x[inside - 1]
    weights[:, -1] += both[:, inside:] @ (last / x[inside:]) ** 2
    return weights
