"""What is said of a fit: the spectrum with bands, its numbers, and whether to believe it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from gapworks.eliashberg.inference.inversion.bands import bands, moments
from gapworks.eliashberg.inference.inversion.equations import Equations
from gapworks.eliashberg.inference.inversion.fit import Fit
from gapworks.eliashberg.inference.inversion.measurement import Data
from gapworks.eliashberg.inference.inversion.transition import transition_response
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency

# chi^2 per number beyond which the data are said not to fit, and the chance of it if they did.
_MISFIT = 1.3
_CHANCE = 1e-4
# Below this the noise is said to be overstated.
_OVERSTATED = 0.6
# Numbers of a kind of energies that are looked at for where a misfit lies.
_PARTS = 8


@dataclass(frozen=True)
class Known:
    """A number with its standard deviation.

    Attributes
    ----------
    value, deviation : float
    """

    value: float
    deviation: float

    @property
    def lower(self) -> float:
        """68 % of a normal distribution lie between this and `upper`."""
        return self.value - self.deviation

    @property
    def upper(self) -> float:
        """See `lower`."""
        return self.value + self.deviation

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True)
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
        rng = np.random.default_rng(seed)
        basis, fit = self._equations.model.basis, self._fit
        rows = np.empty((count, self.omega.size))
        for row in rows:
            one = fit.optima[rng.choice(len(fit.shares), p=fit.shares)]
            root = one.covariance_root
            xi = one.xi + root @ rng.standard_normal(len(root))
            row[:] = one.family.parameters(xi)[: len(basis)] @ basis
        return rows


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
    extra = np.zeros((len(rows), beside.size))
    coupling = coupling_constant(model.omega, rows)
    by_coupling = np.tile(2 * model.strengths @ (1 / model.omega), (len(rows), 1))
    log = logarithmic_frequency(model.omega, rows)
    by_log = (2 * model.strengths @ (np.log(model.omega) / model.omega))[None]
    by_log = log[:, None] / coupling[:, None] * (by_log - np.log(log)[:, None] * by_coupling)

    def known(values, slopes, rest=extra):
        return Known(*moments(fit.optima, fit.shares, values, np.hstack([slopes, rest])))

    predicted, closed = _closure(equations, data, fit, a2f, mu_star, beside[data.free :])
    gain = np.linalg.svd(fit.optima[0].covariance_root, compute_uv=False) ** 2
    free = max(1.0, data.values.size - (1 - gain).sum())
    chi2 = fit.chi2 / free
    refused, more = _judge(data, fit, chi2, free, energies)
    return Inversion(
        omega=model.omega,
        a2f=a2f,
        lower=lower,
        upper=upper,
        lower95=lower95,
        upper95=upper95,
        lambda_=known(coupling, by_coupling),
        omega_log=known(log, by_log),
        critical_temperature=_transition(equations, data, fit, rows),
        mu_star=known(
            np.array([one.parameters[count] for one in fit.optima]),
            np.zeros_like(by_coupling),
            np.eye(1, beside.size).repeat(len(rows), 0),
        )
        if data.free
        else Known(mu_star, 0.0),
        numbers=beside[data.free :],
        predicted=predicted,
        gap_residual=closed,
        chi2=float(chi2),
        sigma=float(np.sqrt(np.mean(data.sigma**2))),
        modes=int((gain < 0.5).sum()),
        converged=fit.converged,
        refused=refused,
        notes=(*notes, *more),
        steps=fit.steps,
        _fit=fit,
        _equations=equations,
    )


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
        return Known(0.0, 0.0)
    step = model.omega[0]
    slope, by_mu = transition_response(model.omega, rows[0] * step, mu_star, cutoff, value)
    slopes = np.concatenate([model.strengths @ slope, [by_mu] * data.free])
    slopes = np.concatenate([slopes, np.zeros(first.parameters.size - slopes.size)])
    changes = np.array([slopes @ (one.parameters - first.parameters) for one in fit.optima])
    return Known(*moments(fit.optima, fit.shares, value + changes, np.tile(slopes, (len(rows), 1))))


def _judge(data, fit, chi2, free, energies):
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
