"""From data to the hypotheses that explain them: Gauss-Newton steps on the nonlinear equations.

Each step solves the equations and their response at a spectrum, and finds the most probable
spectrum for the linearised measurement, under the prior that the evidence prefers. While the data
are far from explained their noise counts as larger, in proportion to the misfit, so that no step
fits what linearisation leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.eliashberg.inference.inversion.equations import Equations, State
from gapworks.eliashberg.inference.inversion.measurement import Data
from gapworks.eliashberg.inference.inversion.model import link, unlink
from gapworks.eliashberg.inference.inversion.newton import (
    Family,
    Linearised,
    Optimum,
    optimum,
    weights,
)
from gapworks.eliashberg.inference.inversion.response import response

# The noise counts as this share of the misfit where that is larger.
_TEMPER = 0.3
_SHORTER = 0.4
_SHORTEST = 0.02
_STEPS = 25
# A step that changes the data by so many standard deviations (root mean square) is the last; one
# below the second takes the response of the step before, corrected by what came of it.
_LAST = 0.1
_CLOSE = 1.0
# Where no part of a step helps, the noise counts as so many times larger, at most so often.
_DAMPED = 3.0
_MOST_DAMPED = 1e3
# Delta is taken to be off by so much at first; after each step by less, until what linearisation
# leaves out is below this share of the noise.
_OFF, _NEARER, _CURVED = 0.15, 0.4, 0.1
# A misfit that so many steps have not brought below this share stays.
_PATIENCE, _STALLED = 6, 0.99
# Hypotheses below this probability are left out.
_LEAST = 0.02
_RESPONSE = 1e-3


@dataclass(frozen=True)
class Fit:
    """What the data leave.

    Attributes
    ----------
    optima : list of Optimum
        Under each hypothesis of weight, the likeliest first.
    shares : ndarray, shape (H,)
        Their probabilities.
    jacobian : ndarray, shape (N, P)
        Of the data over sigma, about the last spectrum.
    state : State
        The equations solved for it.
    residual : ndarray, shape (N,)
        (data - prediction) / sigma there.
    chi2 : float
        There.
    steps, responses : int
        Steps taken, and how often the response was solved.
    converged : bool
    """

    optima: list[Optimum]
    shares: np.ndarray
    jacobian: np.ndarray
    state: State
    residual: np.ndarray
    chi2: float
    steps: int
    responses: int
    converged: bool


@dataclass(frozen=True)
class Point:
    """Where a fit stands.

    Attributes
    ----------
    c : ndarray, shape (K,)
        Coefficients.
    beside : ndarray, shape (B,)
        mu*, if it is free, and the measurement's numbers.
    state : State
    residual : ndarray, shape (N,)
    """

    c: np.ndarray
    beside: np.ndarray
    state: State
    residual: np.ndarray


def fit(equations: Equations, data: Data, state: State) -> Fit:
    """Fit the data from a start.

    Parameters
    ----------
    equations : Equations
    data : Data
    state : State
        Solved for the start.
    """
    return _Fitter(equations, data, state).run()


class _Fitter:
    """A fit that goes on."""

    def __init__(self, equations: Equations, data: Data, state: State) -> None:
        model = equations.model
        self.equations, self.data = equations, data
        self.scale = float(np.sqrt(np.mean((state.c @ model.basis) ** 2)))
        widths = np.concatenate([[data.mu_width] * data.free, data.measurement.beside])
        centre = np.concatenate([[data.mu_star] * data.free, data.measurement.centre])
        self.families = [Family(self.scale, one, widths, centre) for one in model.hypotheses]
        self.place = int(np.argmax([one.log_prior for one in model.hypotheses if one.near]))
        beside = np.concatenate([[state.mu_star] * data.free, data.measurement.centre])
        residual = data.residual(state, data.measurement.centre)
        self.at = Point(state.c, beside, state, residual)
        self.responses, self.off = 0, _OFF
        self.last: dict[int, np.ndarray] = {}

    def run(self) -> Fit:
        """Step until the data move no more."""
        jacobian, fresh, converged, damping, steps = None, False, False, 1.0, 0
        misfits: list[float] = []
        while steps < _STEPS and not converged:
            steps += 1
            if jacobian is None:
                jacobian, fresh = self._jacobian(), True
            weight, curved = self._weight()
            misfits.append(float(self.at.residual @ self.at.residual))
            if misfits[-1] > _STALLED * min(misfits[:-_PATIENCE], default=np.inf):
                break
            linear = self._linear(jacobian, weight)
            rms = np.sqrt(linear.chi2 / self.at.residual.size)
            temper = damping * max(1.0, _TEMPER * rms)
            best = self._climb(linear, temper)
            moved = np.sqrt(np.mean((jacobian @ (best.parameters - linear.point)) ** 2))
            taken, size = self._take(best, temper, weight)
            if taken is None and temper == 1 and fresh and not curved and moved < _LAST:
                converged = True  # nothing is left to gain
            elif taken is None and not fresh:
                jacobian = None
            elif taken is None:
                damping *= _DAMPED
                if damping > _MOST_DAMPED:
                    break
            else:
                before, self.at = self.at, taken
                whole = temper == 1 and size == 1 and not curved
                self.off *= _NEARER if size == 1 else 1.0
                converged = bool(whole and moved < _LAST)
                # Broyden's update: right along the step that was taken.
                change = self._parameters() - linear.point
                off = (before.residual - taken.residual) - jacobian @ change
                jacobian = jacobian + np.outer(off, change) / max(change @ change, 1e-300)
                fresh, damping = False, max(1.0, damping / _DAMPED)
                if not (whole and moved < _CLOSE):
                    jacobian = None
        return self._result(self._jacobian() if jacobian is None else jacobian, steps, converged)

    def _result(self, jacobian, steps, converged):
        linear = self._linear(jacobian, np.ones_like(self.at.residual))
        optima = self._spread(linear)
        shares = weights(optima)
        kept = np.flatnonzero(shares > _LEAST * shares.max())
        kept = kept[np.argsort(-shares[kept])]
        return Fit(
            [optima[index] for index in kept],
            shares[kept] / shares[kept].sum(),
            jacobian,
            self.at.state,
            self.at.residual,
            linear.chi2,
            steps,
            self.responses,
            converged,
        )

    def _parameters(self):
        return np.concatenate([self.at.c, self.at.beside])

    def _linear(self, jacobian, weight):
        residual = weight * self.at.residual
        return Linearised.of(self._parameters(), residual, weight[:, None] * jacobian)

    def _weight(self):
        """sigma over that with what linearisation leaves out, shape (N,); whether it matters."""
        data, numbers = self.data, self.at.beside[self.data.free :]
        left_out = data.measurement.curvature(self.at.state.delta, self.off, numbers) / data.sigma
        curved = bool(left_out.max(initial=0.0) > _CURVED)
        return 1 / np.hypot(1.0, left_out * curved), curved

    def _jacobian(self):
        data, state = self.data, self.at.state
        self.responses += 1
        changes = response(self.equations, state, bool(data.free), _RESPONSE)
        numbers = self.at.beside[data.free :]
        return data.measurement.slope(state.delta, changes, numbers) / data.sigma[:, None]

    def _solved(self, linear, place, temper=1.0):
        family = self.families[place]
        start = family.nearest(self.at.c, self.at.beside)
        found = optimum(linear, family, start, temper, self.last.get(place))
        self.last[place] = found.xi
        return found

    def _climb(self, linear, temper):
        """The optimum under the hypothesis of largest evidence, uphill from the last one."""
        alone = [
            self._solved(linear, place, temper)
            for place, one in enumerate(self.families)
            if not one.hypothesis.near
        ]
        best, tried = self._solved(linear, self.place, temper), {self.place}
        while True:
            near = [one for one in self.families[self.place].hypothesis.near if one not in tried]
            tried |= set(near)
            found = {place: self._solved(linear, place, temper) for place in near}
            better = max(found, key=lambda place: found[place].evidence, default=None)
            if better is None or found[better].evidence <= best.evidence:
                return max([best, *alone], key=lambda one: one.evidence)
            self.place, best = better, found[better]

    def _spread(self, linear):
        """All hypotheses with weight that are reached without passing one without."""
        alone = [place for place, one in enumerate(self.families) if not one.hypothesis.near]
        found, edge, top = {}, [*alone, self.place], -np.inf
        while edge:
            place = edge.pop()
            if place in found:
                continue
            found[place] = self._solved(linear, place)
            top = max(top, found[place].evidence)
            if place == self.place or found[place].evidence > top + np.log(_LEAST):
                edge += [one for one in self.families[place].hypothesis.near if one not in found]
        return list(found.values())

    def _take(self, best, temper, weight):
        """Where the longest part of a step that lowers the true cost leads, or None; its share."""
        family, data, at = best.family, self.data, self.at
        start = family.nearest(at.c, at.beside)
        cost = _cost(weight * at.residual, start, temper)
        theta = unlink(at.c / family.sizes)
        whole = family.theta(best.xi) - theta, best.parameters[theta.size :] - at.beside
        size = 1.0
        while size > _SHORTEST:
            c = family.sizes * link(theta + size * whole[0])
            beside = at.beside + size * whole[1]
            mu_star = float(beside[0]) if data.free else data.mu_star
            if mu_star >= 0:
                state = self.equations.solve(c, mu_star, at.state)
                if state is not None:
                    residual = data.residual(state, beside[data.free :])
                    xi = start + size * (best.xi - start)
                    if _cost(weight * residual, xi, temper) < cost + 1e-6:
                        return Point(c, beside, state, residual), size
            size *= _SHORTER
        return None, 0.0


def _cost(residual, xi, temper):
    return 0.5 * residual @ residual / temper**2 + 0.5 * xi @ xi
