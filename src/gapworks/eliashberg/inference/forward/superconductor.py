"""One superconductor: a spectral function and mu*, at any temperature."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.physics.constants import BOLTZMANN
from gapworks.eliashberg.physics.critical_temperature import sampled_transition
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.pade import pade_approximant
from gapworks.eliashberg.physics.sampled_matsubara import Interaction, equations, solve_sampled
from gapworks.eliashberg.physics.solution import MatsubaraSolution
from gapworks.eliashberg.physics.spectrum import allen_dynes, modes

COLD = 0.1
"""Delta_0 is Delta at this share of T_c, where it has saturated."""
# The gap edge lies below all phonons: Pade's approximant of so many frequencies is good there.
_PADE_POINTS = 14
_EDGE_POINTS = 400
# The number of frequencies grows as 1 / T; so far below where T_c is sought it is kept in memory.
_COLDER = 6.0


class Superconductor:
    """One spectrum at one mu*: T_c and the cold gap at once, other temperatures as asked for.

    Parameters
    ----------
    omega, a2f : ndarray, shape (J,)
        meV; and alpha^2 F.
    mu_star, cutoff : float
        mu* and the energy below which it acts, meV.

    Attributes
    ----------
    critical_temperature : float
        K; 0 where nothing superconducts above `lowest`.
    lowest : float
        Where the search for it ends, K.
    coldest : float
        Temperature down to which the equations are solved, K.
    isotope_exponent : float
        -d ln T_c / d ln M: all phonons scale as M^-1/2, the bare repulsion and its cut-off stay.
    cold : float
        T_c / 10, K, where the gap has saturated; or `lowest`.
    gap, z : float
        Gap edge, meV, and Z(i omega_0) there.
    """

    def __init__(self, omega: np.ndarray, a2f: np.ndarray, mu_star: float, cutoff: float) -> None:
        self.omega, self.a2f, self.mu_star, self.cutoff = omega, a2f, mu_star, cutoff
        self.interaction = Interaction(*modes(omega, a2f))
        self.lowest = self.interaction.lowest
        self.coldest = self.lowest / _COLDER
        guess = float(allen_dynes(omega, a2f, mu_star))
        found = sampled_transition(self.interaction, mu_star, cutoff, guess)
        self.critical_temperature, slope = found
        self.isotope_exponent = 0.5 * (1 + slope * mu_star**2)
        cold = COLD * self.critical_temperature or self.lowest
        self.cold = max(cold, self.coldest)
        frozen = self.at(self.cold)
        self.gap, self.z = gap_edge(frozen), float(frozen.z[0])

    def at(self, temperature: float, n_matsubara: int | None = None) -> MatsubaraSolution:
        """The solution at a temperature.

        Parameters
        ----------
        temperature : float
            K.
        n_matsubara : int, optional
            End the sums at so many frequencies; by default they reach far and go on.

        Raises
        ------
        ValueError
            If the temperature is below `coldest`, or below `lowest` where no T_c was found.
        """
        if n_matsubara is not None:
            given = self.omega, self.a2f, temperature, self.mu_star, n_matsubara, self.cutoff
            return solve_matsubara(*given)
        least = self.coldest if self.critical_temperature else self.lowest
        if temperature < least:
            raise ValueError(
                f"temperature={temperature:g}: the equations are solved down to {least:.3g} K for "
                "this spectrum; give more"
            )
        system = equations(self.interaction, temperature, self.mu_star, self.cutoff)
        start = 4 * BOLTZMANN * max(temperature, self.critical_temperature)
        below = temperature < self.critical_temperature
        delta, z, residual, iterations = solve_sampled(system, start, below)
        return MatsubaraSolution(
            omega=self.omega,
            a2f=self.a2f,
            temperature=temperature,
            mu_star=self.mu_star,
            cutoff=self.cutoff,
            frequencies=system.omega,
            delta=delta,
            z=z,
            residual=np.array(residual),
            iterations=np.array(iterations),
            converged=np.array(residual < 1e-8 * max(1.0, start)),
            superconducting=np.array(delta[0] > 0),
            tail=True,
            sampling=system.sampling,
        )


def gap_edge(m: MatsubaraSolution) -> float:
    """Where Re Delta(E) = E on the real axis, meV, of one solution; 0 in the normal state.

    Parameters
    ----------
    m : MatsubaraSolution
        Of one spectrum. Delta is continued by Pade's approximant, as close to the origin as this
        is: where the gap is far below the phonons that is exact to some 1e-4.
    """
    first = float(m.delta[0])
    if first <= 0:
        return 0.0
    points = min(_PADE_POINTS, m.frequencies.size)
    x = first * np.linspace(0.5, 2.0, _EDGE_POINTS)
    values = pade_approximant(m.frequencies[:points], m.delta[None, :points], x + 0j)[0]
    above = np.flatnonzero(x >= values.real)
    if not above.size or above[0] == 0:
        return float(values[0].real) if above.size else first
    k = above[0]
    off = x[k - 1 : k + 1] - values.real[k - 1 : k + 1]
    return float(x[k - 1] - off[0] * (x[k] - x[k - 1]) / (off[1] - off[0]))
