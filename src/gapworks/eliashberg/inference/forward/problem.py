"""From a spectral function to T_c, gap and density of states: the forward problem in one call.

One file may hold many spectra, one a smearing; each is solved for every mu*. The cut-off of mu* is
one number for all, that of `gapworks.eliashberg.default_cutoff` of the file's grid where none is
given; T_c and Delta(T) come from the same equations, so that Delta closes at T_c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from gapworks.eliashberg.inference.forward.superconductor import Superconductor, gap_edge
from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.coulomb import check_coulomb
from gapworks.eliashberg.physics.solution import MatsubaraSolution
from gapworks.eliashberg.physics.spectrum import (
    allen_dynes,
    check_spectrum,
    coupling_constant,
    joined_by_lines,
    logarithmic_frequency,
    rms_frequency,
)
from gapworks.numerics.checks import positive_number, whole_number
from gapworks.numerics.records import shown
from gapworks.readers.spectra import read_a2f

CURVE = (0.05, *np.arange(0.1, 0.85, 0.1), 0.85, 0.9, 0.94, 0.97, 0.985, 0.995)
"""Shares of T_c at which Delta(T) is drawn."""


@shown(
    "lambda_",
    "omega_log",
    "mu_star",
    "critical_temperature",
    "delta_0",
    "ratio",
    "temperature",
    "edge",
    "dos",
    "converged",
)
@dataclass(frozen=True, repr=False)
class Forward:
    """What follows from spectral functions; C spectra, M values of mu*, T temperatures.

    Energies in meV, temperatures in K. In the normal state gaps are 0 and Z is that of the normal
    metal; where there is no T_c, Delta_0 is 0 and its ratio and the isotope exponent are NaN.

    Attributes
    ----------
    labels : tuple of str
        Of the spectra, from the file.
    omega : ndarray, shape (J,)
    a2f : ndarray, shape (C, J)
    mu_star : ndarray, shape (M,)
    cutoff : float
        Of mu*.
    lambda_, omega_log, omega_2 : ndarray, shape (C,)
        lambda, and the logarithmic and root-mean-square frequencies.
    allen_dynes : ndarray, shape (C, M)
        T_c of the formula.
    critical_temperature : ndarray, shape (C, M)
        T_c of the linearised equations; 0 where nothing superconducts above `lowest`.
    lowest : ndarray, shape (C,)
        Temperature down to which T_c was sought.
    isotope_exponent : ndarray, shape (C, M)
        -d ln T_c / d ln M, all masses scaled alike, the bare repulsion unchanged.
    cold : ndarray, shape (C, M)
        T_c / 10; or `lowest`.
    delta_0, z_0 : ndarray, shape (C, M)
        Gap edge, Re Delta(E) = E, and Z(i omega_0), there.
    ratio : ndarray, shape (C, M)
        2 Delta_0 / k_B T_c.
    temperature : ndarray, shape (T,)
        As asked for.
    delta, edge, z : ndarray, shape (C, M, T)
        Delta(i omega_0), the gap edge and Z(i omega_0) at these.
    superconducting, converged : ndarray of bool, shape (C, M, T)
    curve_temperature, curve : ndarray, shape (C, M, K)
        Delta(i omega_0) against temperature, from T_c / 20 to T_c; K = 0 unless asked for.
    energy : ndarray, shape (X,)
    broadening : float or None
        Gamma of `dos`.
    dos : ndarray, shape (C, M, T, X)
        N(E) / N_F at `temperature`, or at `cold` if none was asked for; X = 0 unless asked for.
    notes : tuple of str
        What was assumed in reading the file.
    """

    labels: tuple[str, ...]
    omega: np.ndarray
    a2f: np.ndarray
    mu_star: np.ndarray
    cutoff: float
    lambda_: np.ndarray
    omega_log: np.ndarray
    omega_2: np.ndarray
    allen_dynes: np.ndarray
    critical_temperature: np.ndarray
    lowest: np.ndarray
    isotope_exponent: np.ndarray
    cold: np.ndarray
    delta_0: np.ndarray
    z_0: np.ndarray
    ratio: np.ndarray
    temperature: np.ndarray
    delta: np.ndarray
    edge: np.ndarray
    z: np.ndarray
    superconducting: np.ndarray
    converged: np.ndarray
    curve_temperature: np.ndarray
    curve: np.ndarray
    energy: np.ndarray
    broadening: float | None
    dos: np.ndarray
    notes: tuple[str, ...]


def solve(
    source: Path | str | tuple[ArrayLike, ArrayLike],
    mu_star: float | Sequence[float] = 0.1,
    temperature: float | Sequence[float] | None = None,
    *,
    unit: str | None = None,
    column: int | Sequence[int] | None = None,
    drop_imaginary: bool = False,
    cutoff: float | None = None,
    n_matsubara: int | None = None,
    curve: bool = False,
    dos: bool = False,
    energy: ArrayLike | None = None,
    broadening: float | None = None,
) -> Forward:
    """T_c, gap and density of states of the spectral functions in a file.

    Parameters
    ----------
    source : path, or tuple of (omega, a2f)
        A file, see `gapworks.readers.read_a2f`; or omega, shape (J,), meV, and a2f, shape (J,) or
        (C, J).
    mu_star : float or sequence of float
        mu* below `cutoff`.
    temperature : float or sequence of float, optional
        Where Delta, Z and N(E) are wanted, K.
    unit, column, drop_imaginary
        As of `gapworks.readers.read_a2f`.
    cutoff : float, optional
        Of mu*, meV; by default `gapworks.eliashberg.default_cutoff`: 220.45 meV, and 22.045 times
        the end of a grid that goes beyond 10 meV.
    n_matsubara : int, optional
        Delta and Z at `temperature` from sums that end at so many frequencies omega_n > 0, as other
        programs' do; by default they reach 20 times the end of the spectrum and go on above.
    curve : bool
        Delta against temperature, too.
    dos : bool
        N(E), too.
    energy : array_like, shape (X,), optional
        Its energies, meV; by default from 0 to beyond the gap and the phonons, denser at the gap.
    broadening : float, optional
        Its Gamma, meV: N is Re[z / sqrt(z^2 - Delta^2)] at z = E + i Gamma; by default 0.02 of the
        largest Delta_0.

    Returns
    -------
    Forward

    Raises
    ------
    ReadError
        If the file holds no spectral function, or does not say enough; names the way out.
    ValueError
        If an argument is outside its range; the message names it.
    """
    if isinstance(source, tuple):
        omega, a2f = check_spectrum(*source)
        a2f = a2f.reshape(-1, omega.size)
        labels = tuple(f"spectrum {k}" for k in range(1, len(a2f) + 1))
        notes: tuple[str, ...] = ()
    else:
        found = read_a2f(source, unit, column, drop_imaginary)
        labels, notes = found.labels, found.notes
        omega, a2f = joined_by_lines(found.omega, found.a2f)
        if omega.size > found.omega.size:
            few = f"{found.omega.size} points, joined by straight lines"
            notes = (*notes, few)
    mus = np.atleast_1d(np.asarray(mu_star, float))
    cut = max(check_coulomb(omega, float(mu), cutoff)[1] for mu in mus)
    asked = [] if temperature is None else np.atleast_1d(np.asarray(temperature, float)).tolist()
    temperatures = np.array([positive_number("temperature", t, "in K, e.g. 4") for t in asked])
    if n_matsubara is not None:
        n_matsubara = whole_number("n_matsubara", n_matsubara)
    problems = [[Superconductor(omega, row, float(mu), cut) for mu in mus] for row in a2f]
    at = [[[p.at(t, n_matsubara) for t in temperatures] for p in row] for row in problems]
    shape = (len(a2f), len(mus), len(temperatures))
    tc = np.array([[p.critical_temperature for p in row] for row in problems])
    flags = {
        name: np.array([[[bool(getattr(m, name)) for m in p] for p in row] for row in at])
        for name in ("superconducting", "converged")
    }
    cold, delta_0, z_0 = (
        np.array([[getattr(p, name) for p in row] for row in problems])
        for name in ("cold", "gap", "z")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 2 * delta_0 / (BOLTZMANN * tc)
    curve_t, curve_d = _curves(problems, CURVE if curve else ())
    x, gamma, n = np.empty(0), None, np.empty((*shape[:2], 0, 0))
    if dos or energy is not None:
        # Only here: a table of T_c does not wait for what the real axis needs.
        from gapworks.eliashberg.inference.forward.densities import broadened_density

        x, gamma, n = broadened_density(
            [[_all(p, temperatures) for p in row] for row in problems], delta_0, energy, broadening
        )
    return Forward(
        labels=labels,
        omega=omega,
        a2f=a2f,
        mu_star=mus,
        cutoff=cut,
        lambda_=coupling_constant(omega, a2f),
        omega_log=logarithmic_frequency(omega, a2f),
        omega_2=rms_frequency(omega, a2f),
        allen_dynes=np.stack([allen_dynes(omega, a2f, float(mu)) for mu in mus], axis=1),
        critical_temperature=tc,
        lowest=np.array([row[0].lowest for row in problems]),
        isotope_exponent=np.array([[p.isotope_exponent for p in row] for row in problems]),
        cold=cold,
        delta_0=delta_0,
        z_0=z_0,
        ratio=ratio,
        temperature=temperatures,
        delta=np.array([[[m.delta[0] for m in p] for p in row] for row in at]).reshape(shape),
        edge=np.array([[[gap_edge(m) for m in p] for p in row] for row in at]).reshape(shape),
        z=np.array([[[m.z[0] for m in p] for p in row] for row in at]).reshape(shape),
        superconducting=flags["superconducting"].reshape(shape),
        converged=flags["converged"].reshape(shape),
        curve_temperature=curve_t,
        curve=curve_d,
        energy=x,
        broadening=gamma,
        dos=n,
        notes=notes,
    )


def _all(problem: Superconductor, temperatures: np.ndarray) -> list[MatsubaraSolution]:
    """The solutions whose density of states is wanted."""
    return [problem.at(t) for t in (temperatures if temperatures.size else [problem.cold])]


def _curves(
    problems: list[list[Superconductor]], shares: Sequence[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures and Delta(i omega_0), shape (C, M, K)."""
    t = np.array([[[s * p.critical_temperature for s in shares] for p in r] for r in problems])
    d = np.zeros_like(t)
    for c, row in enumerate(problems):
        for m, problem in enumerate(row):
            if problem.critical_temperature:
                t[c, m] = np.maximum(t[c, m], problem.coldest)
                d[c, m] = [problem.at(one).delta[0] for one in t[c, m]]
    return t, d
