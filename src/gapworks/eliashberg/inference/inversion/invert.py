"""`invert`: the spectral function of a measured gap function or density of states, with bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from gapworks.eliashberg.inference.inversion.answer import Inversion, answer
from gapworks.eliashberg.inference.inversion.equations import Equations, Setting
from gapworks.eliashberg.inference.inversion.fit import fit
from gapworks.eliashberg.inference.inversion.instrument import (
    THERMAL_SHARE,
    Conductance,
    Instrument,
)
from gapworks.eliashberg.inference.inversion.measurement import (
    Data,
    DensityOfStates,
    GapFunction,
    noise,
)
from gapworks.eliashberg.inference.inversion.start import equations_of, nearest
from gapworks.eliashberg.physics.coulomb import check_coulomb
from gapworks.eliashberg.physics.matsubara_system import frequencies
from gapworks.eliashberg.physics.real_axis import line_step
from gapworks.numerics.checks import (
    check_finite,
    positive_number,
    real_array,
    real_number,
    whole_number,
)

# Data reach so many times as far as the spectrum, unless its end is given: 35 meV for 10.
_REACH = 3.5
# Step of the line, units of that which resolves Delta to 1e-6, and the noise over the largest
# |Delta| (or N) below which it is that one.
_COARSE = 4 / 3
_QUIET = 5e-4
# As in `solve_matsubara`: frequencies, and when the sums go on above them.
_FREQUENCIES = 351
_ENDS, _LEAST_ENDS = 20.0, 8.0

# The matrices are small: threads of BLAS wait for each other most of the time.
one_thread = threadpool_limits.wrap(limits=1, user_api="blas")


@one_thread
def invert(
    x: ArrayLike,
    delta: ArrayLike,
    sigma: ArrayLike | None,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    broadening: float = 0.05,
    *,
    cutoff: float | None = None,
    end: float | None = None,
    mu_width: float = 0.0,
) -> Inversion:
    """alpha^2 F with bands from a complex gap function on the line x + i Gamma.

    The spectrum is a spline held above zero, under priors of several smoothnesses that the data
    choose from; the equations are fitted as they are (docs/eliashberg.md).

    Parameters
    ----------
    x : array_like, shape (X,)
        Real parts of the energies, meV; of either sign, in any order.
    delta : array_like of complex, shape (X,)
        Delta(x + i Gamma), meV, with noise.
    sigma : float or array_like, shape (X,), or None
        Standard deviation of the noise of Re Delta and of Im Delta, meV; None: it is estimated
        from third differences at high energies.
    temperature : float
        K.
    mu_star : float
        mu* >= 0, below `cutoff`.
    broadening : float
        Gamma, meV, 0 < Gamma < pi k_B T.
    cutoff : float, optional
        Of mu*, meV; by default that of `solve_matsubara`.
    end : float, optional
        Energy above which a2F is zero, meV; by default the largest |x| over 3.5.
    mu_width : float
        Standard deviation of what is known of mu* beforehand; 0: it is as given.

    Returns
    -------
    Inversion
        `converged` is False where the fit did not end; `refused` says why data do not fit. Neither
        raises.

    Raises
    ------
    ValueError
        If an argument is outside its range, or nothing superconducts; the message names it.
    """
    x, values, order = _in_order("x", x, "delta", _complex("delta", delta))
    sigma, notes = noise(sigma, order, x, values.real, values.imag)
    first = float(np.mean(values.real[np.argsort(np.abs(x))[: max(1, x.size // 40)]]))
    if first < 0:
        values = -values
        notes = (*notes, "-Delta is Delta in another gauge: its sign was turned")
    both = np.concatenate([values.real, values.imag])
    physics = temperature, mu_star, broadening, cutoff, end
    return _on_line(GapFunction, x, both, sigma, physics, mu_width, abs(first), notes)


@one_thread
def invert_dos(
    energy: ArrayLike,
    dos: ArrayLike,
    sigma: ArrayLike | None,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    broadening: float = 0.05,
    *,
    cutoff: float | None = None,
    end: float | None = None,
    mu_width: float = 0.0,
) -> Inversion:
    """alpha^2 F with bands from N / N_F on the line x + i Gamma: folded with a Lorentzian.

    Parameters
    ----------
    energy : array_like, shape (X,)
        meV.
    dos : array_like, shape (X,)
        N / N_F, with noise.
    sigma : float or array_like, shape (X,), or None
        Standard deviation of the noise of N / N_F; None: it is estimated.
    temperature, mu_star, broadening, cutoff, end, mu_width
        As in `invert`; Gamma is the half width of the Lorentzian.

    Returns
    -------
    Inversion

    Raises
    ------
    ValueError
        As `invert`.
    """
    x, values, order = _in_order("energy", energy, "dos", real_array("dos", dos))
    sigma, notes = noise(sigma, order, x, values)
    physics = temperature, mu_star, broadening, cutoff, end
    gap = float(np.abs(x[values.argmax()]))
    return _on_line(DensityOfStates, x, values, sigma, physics, mu_width, gap, notes)


@one_thread
def invert_conductance(
    voltage: ArrayLike,
    conductance: ArrayLike,
    sigma: ArrayLike | None,
    temperature: float = 1.16,
    mu_star: float = 0.1,
    *,
    dynes: float = 0.0,
    modulation: float = 0.0,
    normal: ArrayLike | None = None,
    background: int | None = None,
    cutoff: float | None = None,
    end: float | None = None,
    mu_width: float = 0.0,
) -> Inversion:
    """alpha^2 F with bands from dI/dV of a junction with a normal metal; see `instrument`.

    Parameters
    ----------
    voltage : array_like, shape (V,)
        mV.
    conductance : array_like, shape (V,)
        dI/dV with noise; over that of the normal state unless `normal` or `background` is given.
    sigma : float or array_like, shape (V,), or None
        Standard deviation of the noise of `conductance`; None: it is estimated.
    temperature : float
        Of superconductor and normal metal, K.
    dynes : float
        Half width of a Lorentzian, meV.
    modulation : float
        Root mean square of the lock-in's modulation, mV.
    normal : array_like, shape (V,), optional
        dI/dV in the normal state, which `conductance` is divided by.
    background : int, optional
        Order of a polynomial in V that is fitted in its place.
    mu_star, cutoff, end, mu_width
        As in `invert`.

    Returns
    -------
    Inversion
        `numbers` are the coefficients of the background, of powers of V over the largest |V|.

    Raises
    ------
    ValueError
        As `invert`.
    """
    conductance = real_array("conductance", conductance)
    x, values, order = _in_order("voltage", voltage, "conductance", conductance)
    if normal is not None:
        whole = np.broadcast_to(real_array("normal", normal), x.shape)
        if (whole <= 0).any():
            raise ValueError("normal: not above zero; give dI/dV in the normal state")
        values = values / whole[order]
        sigma = None if sigma is None else real_array("sigma", sigma) / whole
    sigma, notes = noise(sigma, order, x, values)
    for name, width in (("dynes", dynes), ("modulation", modulation)):
        if real_number(name, width) < 0:
            raise ValueError(f"{name}={width!r}: give a width >= 0")
    instrument = Instrument(positive_number("temperature", temperature, "in K"), dynes, modulation)
    broadening = THERMAL_SHARE * float(frequencies(temperature, 1)[0])
    reach = float(np.abs(x).max())
    equations = _equations(
        np.array([reach + instrument.reach]),
        temperature,
        mu_star,
        broadening,
        cutoff,
        reach / _REACH if end is None else end,
        True,
    )
    degree = -1 if background is None else whole_number("background", background, 0)
    outer = np.abs(x) > 0.7 * reach
    size = float(np.median(values[outer]))
    # Amperes of a lock-in are too small for the linear algebra; by a power of two none is rounded.
    scale = 2.0 ** np.round(np.log2(abs(size))) if degree >= 0 and size else 1.0
    measurement = Conductance(equations.line, x, instrument, degree, size / scale)
    data = Data(measurement, values / scale, sigma / scale, *_coulomb(mu_star, mu_width))
    found = inverted(equations, data, np.abs(x), float(np.abs(x[values.argmax()])), notes)
    whole = {name: scale * getattr(found, name) for name in ("numbers", "predicted", "sigma")}
    return replace(found, **whole)


def inverted(
    equations: Equations, data: Data, energies: np.ndarray, gap: float, notes: tuple[str, ...]
) -> Inversion:
    """Fit from the nearest start, whose gap is about `gap`, meV; arguments as of `answer`."""
    state = nearest(equations, data, gap)
    return answer(equations, data, fit(equations, data, state), energies, notes)


def _on_line(kind, x, values, sigma, physics, mu_width, gap, notes):
    """The answer to a function on the line; its parts follow each other in `values`."""
    parts = values.size // x.size
    quiet = sigma.min() < _QUIET * np.abs(values).max()
    equations = _equations(x, *physics, quiet)
    known = _coulomb(physics[1], mu_width)
    data = Data(kind(equations.line, x), values, np.tile(sigma, parts), *known)
    return inverted(equations, data, np.tile(np.abs(x), parts), gap, notes)


def _in_order(name, energies, of, values):
    """Energies that increase, the values at them, and where each stood among those given."""
    x = real_array(name, energies)
    if x.ndim != 1 or x.size < 8:
        raise ValueError(f"{name}: shape {x.shape}; give at least 8 energies, shape (X,), meV")
    if values.shape != x.shape:
        raise ValueError(f"{of}: shape {values.shape} does not fit the energies, {x.shape}")
    order = np.argsort(x)
    return x[order], values[order], order


def _complex(name, values):
    values = np.array(values, complex)
    for part in (values.real, values.imag):
        check_finite(name, np.ascontiguousarray(part))
    return values


def _coulomb(mu_star, mu_width):
    width = real_number("mu_width", mu_width)
    if width < 0:
        raise ValueError(f"mu_width={mu_width!r}: give a standard deviation, or 0 for a known mu*")
    return float(mu_star), width


def _equations(x, temperature, mu_star, broadening, cutoff, end, quiet):
    """The equations for data at energies x, or a ValueError that names what cannot be."""
    temperature = positive_number("temperature", temperature, "in K, e.g. 1.16")
    broadening = positive_number("broadening", broadening, "in meV, e.g. 0.05")
    first = float(frequencies(temperature, 1)[0])
    if broadening >= first:
        raise ValueError(
            f"broadening={broadening!r}: must be below pi k_B T = {first:.4g} meV; give less"
        )
    reach = float(np.abs(x).max())
    end = reach / _REACH if end is None else positive_number("end", end, "in meV, e.g. 10")
    _, cutoff = check_coulomb(np.array([end]), mu_star, cutoff)
    least = max(_LEAST_ENDS * end, 1.01 * reach)
    count = max(_FREQUENCIES, int(np.ceil(least / (2 * first))))
    tail = (2 * _FREQUENCIES - 1) * first < _ENDS * end
    step = line_step(temperature, broadening) * (1.0 if quiet else _COARSE)
    return equations_of(end, Setting(temperature, cutoff, broadening, count, tail, step, reach))
