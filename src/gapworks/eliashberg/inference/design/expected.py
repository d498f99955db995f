"""`design`: what a planned measurement will tell of a spectral function."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import find_peaks

from gapworks.eliashberg.inference.inversion.answer import Inversion
from gapworks.eliashberg.inference.inversion.instrument import Instrument, conductance
from gapworks.eliashberg.inference.inversion.invert import (
    invert,
    invert_conductance,
    invert_dos,
    one_thread,
)
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.real_axis import continue_to_real_axis
from gapworks.eliashberg.physics.solution import MatsubaraSolution, density_of_states
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.numerics.records import shown

# Peaks are those that stand out by this share of the largest value; draws that locate them.
_PROMINENCE = 0.1
_DRAWS = 200


@shown(
    "lambda_",
    "omega_log",
    "critical_temperature",
    "width",
    "modes",
    "peaks",
    "peak_errors",
    "tried",
)
@dataclass(frozen=True, repr=False)
class Design:
    """What a measurement is expected to tell.

    Attributes
    ----------
    expected : Inversion
        Bands and errors around the supposed spectrum, without the luck of one noise.
    width : float
        Half width of the 68 % band over a2F, both as L2 norms.
    modes : int
        Directions in which the data will tell more than the prior.
    lambda_, omega_log, critical_temperature : float
        Relative standard deviations.
    peaks : ndarray, shape (P,)
        Energies of the supposed spectrum's peaks, meV.
    peak_errors : ndarray, shape (P,)
        Standard deviations of their positions, meV; NaN where a peak is lost in half of the draws.
    tried : ndarray, shape (draws, 4)
        How far simulated measurements were off: lambda, omega_log and T_c, relative to the supposed
        spectrum's, and the relative L2 error of a2F.
    """

    expected: Inversion
    width: float
    modes: int
    lambda_: float
    omega_log: float
    critical_temperature: float
    peaks: np.ndarray
    peak_errors: np.ndarray
    tried: np.ndarray


@one_thread
def design(
    omega: ArrayLike,
    a2f: ArrayLike,
    energy: ArrayLike,
    noise: float,
    kind: Literal["gap", "dos", "conductance"] = "conductance",
    *,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    broadening: float = 0.05,
    dynes: float = 0.0,
    modulation: float = 0.0,
    cutoff: float | None = None,
    draws: int = 0,
    seed: int = 0,
) -> Design:
    """What a planned measurement will tell of a spectrum like the one supposed.

    The measurement is simulated without noise and inverted with the noise that is planned.

    Parameters
    ----------
    omega, a2f : array_like, shape (J,)
        Supposed spectrum; energies in meV.
    energy : array_like, shape (X,)
        Energies or voltages to measure at, meV or mV.
    noise : float
        Planned standard deviation, of Re and Im Delta in meV, or of N or dI/dV over the normal
        state's.
    kind : {"gap", "dos", "conductance"}
    temperature, mu_star, cutoff
        As in `invert`.
    broadening : float
        Gamma of a gap function or DOS, meV.
    dynes, modulation : float
        Of a conductance, see `invert_conductance`.
    draws, seed : int
        So many measurements with noise are simulated and inverted, too; seed of the noise.

    Raises
    ------
    ValueError
        As `invert`; or if the supposed spectrum does not superconduct.
    """
    m = solve_matsubara(omega, a2f, temperature, mu_star, cutoff=cutoff)
    if not m.superconducting:
        raise ValueError(f"a2f: does not superconduct at {temperature:g} K; suppose another")
    common = {"cutoff": m.cutoff, "end": float(m.omega[-1])}
    given = (noise, temperature, mu_star)
    if kind == "conductance":
        values = conductance(m, energy, Instrument(temperature, dynes, modulation))
        answer = partial(invert_conductance, dynes=dynes, modulation=modulation)
    else:
        values = continue_to_real_axis(m, energy, broadening).delta
        if kind == "dos":
            values = density_of_states(energy, values, broadening)
        answer = partial(invert if kind == "gap" else invert_dos, broadening=broadening)

    def inverted(data: np.ndarray) -> Inversion:
        return answer(energy, data, *given, **common)

    found = inverted(values)
    rng = np.random.default_rng(seed)
    tried = [_off(m, mu_star, inverted(values + noise * _white(rng, values))) for _ in range(draws)]
    peaks, errors = _peaks(np.interp(found.omega, m.omega, m.a2f, right=0.0), found)
    return Design(
        expected=found,
        width=float(np.linalg.norm(found.upper - found.lower) / 2 / np.linalg.norm(found.a2f)),
        modes=found.modes,
        lambda_=found.lambda_.deviation / found.lambda_.value,
        omega_log=found.omega_log.deviation / found.omega_log.value,
        critical_temperature=found.critical_temperature.deviation
        / found.critical_temperature.value,
        peaks=peaks,
        peak_errors=errors,
        tried=np.array(tried).reshape(-1, 4),
    )


def _white(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """White noise of standard deviation 1, of both parts of complex values."""
    noise = rng.standard_normal((2, *np.shape(values)))
    return noise[0] + 1j * noise[1] if np.iscomplexobj(values) else noise[0]


def _off(m: MatsubaraSolution, mu_star: float, found: Inversion) -> tuple[float, ...]:
    """How far an answer is off, as `Design.tried`."""
    supposed = np.interp(found.omega, m.omega, m.a2f, right=0.0)
    true = (
        float(coupling_constant(m.omega, m.a2f)),
        float(logarithmic_frequency(m.omega, m.a2f)),
        float(critical_temperature(m.omega, m.a2f, mu_star, cutoff=m.cutoff)),
    )
    known = (found.lambda_, found.omega_log, found.critical_temperature)
    numbers = (one.value / value - 1 for one, value in zip(known, true, strict=True))
    error = np.linalg.norm(found.a2f - supposed) / np.linalg.norm(supposed)
    return (*numbers, float(error))


def _peaks(supposed, found):
    """Peaks of the supposed spectrum, and how far those of draws lie from them."""
    where, _ = find_peaks(supposed, prominence=_PROMINENCE * supposed.max())
    peaks = found.omega[where]
    if not peaks.size:
        return peaks, np.zeros(0)
    # Each peak's own ground reaches halfway to its neighbours.
    ends = np.concatenate([[0.0], (peaks[1:] + peaks[:-1]) / 2, found.omega[-1:]])
    off = np.full((_DRAWS, peaks.size), np.nan)
    for draw, row in enumerate(found.samples(_DRAWS)):
        seen = found.omega[find_peaks(row, prominence=_PROMINENCE / 2 * supposed.max())[0]]
        for number, peak in enumerate(peaks):
            own = seen[(seen > ends[number]) & (seen < ends[number + 1])]
            if own.size:
                off[draw, number] = own[np.abs(own - peak).argmin()] - peak
    kept = np.isfinite(off).mean(0) > 0.5
    errors = np.full(peaks.size, np.nan)
    errors[kept] = np.sqrt(np.nanmean(off[:, kept] ** 2, axis=0))
    return peaks, errors
