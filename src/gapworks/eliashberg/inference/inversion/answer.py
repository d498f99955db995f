"""What is said of a fit: the spectrum with bands, its numbers, and whether to believe it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from gapworks.eliashberg.inference.inversion.bands import (
    FREEDOM,
    NARROWER,
    Known,
    bands,
    deviations,
    explained,
    moved,
)
from gapworks.eliashberg.inference.inversion.equations import Equations
from gapworks.eliashberg.inference.inversion.fit import Fit
from gapworks.eliashberg.inference.inversion.measurement import Data
from gapworks.eliashberg.inference.inversion.response import response
from gapworks.eliashberg.inference.inversion.transition import transition_response
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.numerics.records import shown

# chi^2 per number beyond which the data are said not to fit, and the chance of it if they did.
_MISFIT = 1.3
_CHANCE = 1e-4
# Below this the noise is said to be overstated.
_OVERSTATED = 0.6
# Share of the spectrum's end below which data have to begin to tell how it rises.
_LOW = 0.02
# Share of a misfit beyond the noise that something else in the data has to explain to be named.
_EXPLAINED = 0.3
# An error of mu* that should show.
_WRONG = 0.03
# Numbers of a kind of energies that are looked at for where a misfit lies.
_PARTS = 8


@shown(
    "lambda_",
    "omega_log",
    "critical_temperature",
    "mu_star",
    "omega",
    "a2f",
    "chi2",
    "modes",
    "converged",
    "refused",
)
@dataclass(frozen=True, repr=False)
class Inversion:
    """A spectral function inferred from data; energies in meV, temperatures in K.

    Attributes
    ----------
    omega : ndarray, shape (J,)
    a2f : ndarray, shape (J,)
        Median of what the data leave.
    lower, upper, lower95, upper95 : ndarray, shape (J,)
        Central bands of 68 and 95 %, of every energy by itself.
    lambda_, omega_log, critical_temperature, mu_star : Known
        mu* is as given, without deviation, or as found.
    numbers : ndarray, shape (B,)
        What was fitted beside the spectrum, e.g. the slope of a conductance.
    predicted : ndarray, shape (N,)
        The data that the spectrum means, by the equations; gap functions: Re, then Im.
    gap_residual : float
        Relative L2 distance of `predicted` from the data (DOS, conductance: over their distance
        from 1), noise included.
    chi2 : float
        Per degree of freedom: 1 where model and noise are right.
    sigma : float
        Root mean square of the noise's standard deviation, as given or estimated.
    modes : int
        Directions in which the data tell more than the prior.
    converged : bool
    refused : str or None
        Why the answer is not to be believed.
    notes : tuple of str
        What was assumed, and what to look at.
    steps : int
        Gauss-Newton steps taken.
    """

    omega: np.ndarray
    a2f: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    lower95: np.ndarray
    upper95: np.ndarray
    lambda_: Known
    omega_log: Known
    critical_temperature: Known
    mu_star: Known
    numbers: np.ndarray
    predicted: np.ndarray
    gap_residual: float
    chi2: float
    sigma: float
    modes: int
    converged: bool
    refused: str | None
    notes: tuple[str, ...]
    steps: int
    _fit: Fit
    _equations: Equations

    def samples(self, count: int, seed: int = 0) -> np.ndarray:
        """Spectra drawn from what the data leave, shape (count, J); `seed` of the draw."""
        return draws(self._fit, count, seed) @ self._equations.model.basis


def draws(fit: Fit, count: int, seed: int = 0) -> np.ndarray:
    """Coefficients of spectra drawn from what the data leave, shape (count, K).

    Parameters
    ----------
    fit : Fit
    count, seed : int
    """
    rng = np.random.default_rng(seed)
    rows = []
    for one, share in zip(fit.optima, rng.multinomial(count, fit.shares), strict=True):
        off = one.covariance_root @ rng.standard_normal((one.xi.size, share))
        off *= NARROWER * np.sqrt(FREEDOM / rng.chisquare(FREEDOM, share))
        rows += [one.family.parameters(one.xi + step) for step in off.T]
    return rng.permutation(np.array(rows))[:, : one.family.sizes.size]


def answer(
    equations: Equations, data: Data, fit: Fit, energies: np.ndarray, notes: tuple[str, ...]
) -> Inversion:
    """Bands, numbers and verdict of a fit.

    Parameters
    ----------
    equations : Equations
    data : Data
    fit : Fit
    energies : ndarray, shape (N,)
        Of the data, meV: where a misfit lies is said by them.
    notes : tuple of str
        What was assumed so far.
    """
    model, count = equations.model, len(equations.model.basis)
    a2f, ends = bands(model, fit.optima, fit.shares)
    (lower, upper), (lower95, upper95) = ends.values()
    beside = sum(
        share * one.parameters[count:] for share, one in zip(fit.shares, fit.optima, strict=True)
    )
    mu_star = float(beside[0]) if data.free else data.mu_star
    coefficients = np.array([one.parameters[:count] for one in fit.optima])
    rows = coefficients @ model.basis
    coupling = coupling_constant(model.omega, rows)
    by_coupling = np.tile(2 * model.strengths @ (1 / model.omega), (len(rows), 1))
    log = logarithmic_frequency(model.omega, rows)
    by_log = 2 * model.strengths @ (np.log(model.omega) / model.omega)
    by_log = log[:, None] / coupling[:, None] * (by_log - np.log(log)[:, None] * by_coupling)
    predicted, closed = _closure(equations, data, fit, a2f, mu_star, beside[data.free :])
    gain = np.linalg.svd(fit.optima[0].covariance_root, compute_uv=False) ** 2
    free = max(1.0, data.values.size - (1 - gain).sum())
    chi2 = fit.chi2 / free
    refused, more = _judge(fit, chi2, free, energies)
    others = data.measurement.more(fit.state.delta, beside[data.free :], model.omega, a2f)
    others = {name: column / data.sigma for name, column in others.items()}
    if refused is not None:
        given = fit.optima[0], fit.jacobian, fit.residual, others
        if suspect := explained(*given, _EXPLAINED * (fit.chi2 - free)):
            refused += f" Most likely there is {suspect}."
    elif others and not data.free:
        more += _held(equations, data, fit, by_coupling[0], free)
    return Inversion(
        omega=model.omega,
        a2f=a2f,
        lower=lower,
        upper=upper,
        lower95=lower95,
        upper95=upper95,
        lambda_=_known(fit, coupling, by_coupling),
        omega_log=_known(fit, log, by_log),
        critical_temperature=_transition(equations, data, fit, rows),
        mu_star=_repulsion(fit, count) if data.free else Known.exact(mu_star),
        numbers=beside[data.free :],
        predicted=predicted,
        gap_residual=closed,
        chi2=float(chi2),
        sigma=float(np.sqrt(np.mean(data.sigma**2))),
        modes=int((gain < 0.5).sum()),
        converged=fit.converged,
        refused=refused,
        notes=(*_unseen(model, energies), *notes, *more),
        steps=fit.steps,
        _fit=fit,
        _equations=equations,
    )


def _unseen(model, energies):
    """A note where data begin too high to tell how the spectrum rises."""
    lowest = float(np.abs(energies).min())
    if lowest <= _LOW * model.omega[-1]:
        return ()
    return (
        f"the data begin at {lowest:.3g} meV: how a2F rises below, of which lambda and omega_log "
        "take their share, is known beforehand alone; a steep rise can lie beyond their intervals",
    )


def _repulsion(fit, count):
    """mu* as found; it follows the coefficients."""
    values = np.array([one.parameters[count] for one in fit.optima])
    slopes = np.eye(1, fit.optima[0].parameters.size, count).repeat(len(values), 0)
    return _known(fit, values, slopes)


def _known(fit, values, slopes):
    """A number by its values at the optima, and its slopes there; those that lack are zero."""
    missing = fit.optima[0].parameters.size - slopes.shape[1]
    slopes = np.pad(slopes, ((0, 0), (0, missing)))
    return Known.mixed(fit.shares, values, deviations(fit.optima, slopes))


def _closure(equations, data, fit, a2f, mu_star, numbers):
    """Data that the median spectrum means, and their relative distance from those given."""
    model = equations.model
    c = np.linalg.lstsq(model.basis.T, a2f, rcond=None)[0]
    state = equations.solve(c, mu_star, fit.state) or fit.state
    predicted = data.measurement.predict(state.delta, numbers)
    normal = data.measurement.normal
    off = np.linalg.norm(predicted - data.values)
    return predicted, float(off / np.linalg.norm(data.values - normal))


def _transition(equations, data, fit, rows):
    """T_c: its value at the likeliest spectrum, moved along its slope for the others."""
    model, cutoff = equations.model, equations.setting.cutoff
    first = fit.optima[0]
    count = len(model.basis)
    mu_star = float(first.parameters[count]) if data.free else data.mu_star
    value = float(critical_temperature(model.omega, rows[0], mu_star, cutoff=cutoff))
    if value == 0:
        return Known.exact(0.0)
    step = model.omega[0]
    slope, by_mu = transition_response(model.omega, rows[0] * step, mu_star, cutoff, value)
    slopes = np.concatenate([model.strengths @ slope, [by_mu] * data.free])
    changes = [
        slopes @ (one.parameters[: slopes.size] - first.parameters[: slopes.size])
        for one in fit.optima
    ]
    return _known(fit, value + np.array(changes), np.tile(slopes, (len(rows), 1)))


def _held(equations, data, fit, by_coupling, free):
    """A note on mu*, where a wrong one would move lambda and not show in chi^2."""
    numbers = fit.optima[0].parameters[by_coupling.size :]
    change = response(equations, fit.state, True, 1e-3)[-1:]
    by_mu = data.measurement.slope(fit.state.delta, change, numbers)[:, 0] / data.sigma
    change, seen = moved(fit.optima[0], fit.jacobian, _WRONG * by_mu)
    off = abs(float(by_coupling @ change[: by_coupling.size]))
    if seen > (_MISFIT - 1) * free:
        return []
    return [
        f"mu* is taken as known: were it off by {_WRONG:g}, lambda would be off by {off:.2g}, and "
        "chi^2 would hardly tell; free it (mu_width, --mu-width) if it is not"
    ]


def _judge(fit, chi2, free, energies):
    """Why the answer is to be refused, and notes."""
    chance = chi2_distribution.sf(fit.chi2, free)
    if chi2 > _MISFIT and chance < _CHANCE:
        parts = np.array_split(np.argsort(energies, kind="stable"), _PARTS)
        misfit = [float(np.mean(fit.residual[part] ** 2)) for part in parts]
        worst = int(np.argmax(misfit))
        span = energies[parts[worst]]
        return (
            f"the data do not fit: chi^2 / N = {chi2:.3g}, most of it between {span.min():.3g} and "
            f"{span.max():.3g} meV. Is the noise larger than stated, by {np.sqrt(chi2):.2g}? Are "
            "mu*, temperature and broadening right, and is there one gap only?"
        ), []
    if not fit.converged:
        return f"the fit did not converge in {fit.steps} steps (chi^2 / N = {chi2:.3g})", []
    if chi2 < _OVERSTATED and chi2_distribution.cdf(fit.chi2, free) < _CHANCE:
        return None, [
            f"chi^2 / N = {chi2:.3g}: the noise is less than stated, by {1 / np.sqrt(chi2):.2g}; "
            "the bands are too wide"
        ]
    return None, []
