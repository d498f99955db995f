"""Least squares of a hypothesis against maps, by Levenberg and Marquardt; scale and offset free.

What the map is made of enters linearly: at each energy (or at all of them) a factor, and a
constant. They are projected out (Golub and Pereyra 1973, in Kaufman's simpler form), so that the
fit is over the hypothesis alone. Derivatives are differences on a coarse grid, residuals are of the
grid that is asked for: the minimum is that of the fine grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.qpi.inference.hypothesis import Disc, Form, ldos, window

# Largest change of a step: angles, log Delta, eps_0 (meV), log broadening, 1 / v (1 / meV).
_STEP_ANGLE, _STEP_LOG, _STEP_EPS0, _STEP_INVERSE = 0.35, 0.5, 10.0, 0.01
# Differences for derivatives: wide ones, since what a coarse grid adds changes fast with eps_0.
_DIFFERENCE = {"angle": 0.03, "log": 0.05, "eps0": 1.0, "inverse": 1e-4}
BOUNDS = (
    (float(np.log(0.05)), float(np.log(5.0))),
    (-330.0, 130.0),
    (float(np.log(0.08)), float(np.log(1.5))),
    (-0.08, 0.08),
)
"""Of log Delta, eps_0 (meV), log broadening and 1 / v (1 / meV): wider than what is answered."""


@dataclass(frozen=True)
class Data:
    """Maps on a disc, as they are fitted.

    Attributes
    ----------
    energies : tuple of float
        meV.
    values : ndarray, shape (E, cells)
        In units of their noise.
    weight : ndarray, shape (E, cells)
        1 / noise, in the units of the maps; values are maps times this.
    disc : Disc
    common : bool
        One factor for all energies, or one for each.
    """

    energies: tuple[float, ...]
    values: np.ndarray
    weight: np.ndarray
    disc: Disc
    common: bool

    @property
    def count(self) -> int:
        """Numbers that are fitted."""
        return int(np.count_nonzero(self.weight))


@dataclass(frozen=True)
class Fit:
    """A hypothesis at its best.

    Attributes
    ----------
    form : Form
    vector : ndarray, shape (size,)
    chi2 : float
        Sum of squares in units of the noise.
    residual : ndarray, shape (E, cells)
        In units of the noise.
    model : ndarray, shape (E, cells)
        What is subtracted, in units of the noise.
    factor : ndarray, shape (E,)
        What the LDOS is multiplied with.
    curvature : ndarray, shape (size, size)
        J^T J.
    settled : bool
        Whether steps have become small.
    """

    form: Form
    vector: np.ndarray
    chi2: float
    residual: np.ndarray
    model: np.ndarray
    factor: np.ndarray
    curvature: np.ndarray
    settled: bool


def refine(
    data: Data,
    form: Form,
    start: np.ndarray,
    n_effective: int,
    n_derivative: int,
    steps: int,
    hopeless: float = np.inf,
) -> Fit:
    """Fit a hypothesis from a start.

    Parameters
    ----------
    data : Data
    form : Form
    start : ndarray, shape (size,)
    n_effective, n_derivative : int
        Grids of residuals and of derivatives.
    steps : int
        Most steps; 0 evaluates the start, without a curvature.
    hopeless : float
        Give up where four times the gain of the last step do not reach this chi^2.
    """
    vector = _inside(form, np.array(start, float))
    green = window(form, vector, data.energies, data.disc.size, n_effective)
    model = ldos(green, vector[-1], data.disc)
    factor, residual, direction, length = _projected(data, model)
    chi2 = float((residual**2).sum())
    damping, settled = 1e-2, False
    J = np.zeros((data.values.size, form.size))
    if steps:
        J = _derivatives(data, form, vector, n_derivative, factor, direction)
    for _ in range(steps):
        A, g = J.T @ J, J.T @ residual.ravel()
        gained = 0.0
        for _ in range(4):
            step = np.linalg.solve(A + damping * np.diag(np.diag(A) + 1e-12), g)
            trial = _inside(form, vector + _short(form, step))
            green = window(form, trial, data.energies, data.disc.size, n_effective)
            model = ldos(green, trial[-1], data.disc)
            found = _projected(data, model)
            new = float((found[1] ** 2).sum())
            if new < chi2:
                gained = chi2 - new
                vector, chi2, (factor, residual, direction, length) = trial, new, found
                damping = max(damping / 10, 1e-6)
                break
            damping *= 10
        if gained < 0.05 * chi2 / data.count:
            settled = True
            break
        if chi2 - 4 * gained > hopeless:
            break
        J = _derivatives(data, form, vector, n_derivative, factor, direction)
    shown = factor[:, None] * direction * length[:, None]
    return Fit(form, vector, chi2, residual, shown, factor, J.T @ J, settled)


def _projected(data: Data, model: np.ndarray) -> tuple[np.ndarray, ...]:
    """Factors, residual, the model's direction at unit norm (of each energy, or of all), its norm.

    Of shapes (E,), (E, cells), (E, cells) and (E,).
    """
    w = data.weight
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    flat = lambda a: a - unit * (unit * a).sum(1, keepdims=True)  # noqa: E731
    values, shown = flat(data.values), flat(w * model)
    norm2 = (shown**2).sum(1)
    overlap = (shown * values).sum(1)
    if data.common:
        norm2, overlap = (np.full(len(w), total) for total in (norm2.sum(), overlap.sum()))
    # A map's unit is positive: a negative factor would be another impurity.
    factor = np.maximum(overlap, 0.0) / norm2
    residual = values - factor[:, None] * shown
    length = np.sqrt(norm2)
    return factor, residual, shown / length[:, None], length


def _derivatives(data, form, vector, n_derivative, factor, direction) -> np.ndarray:
    """Change of the fitted maps with the vector, shape (numbers, size)."""
    w = data.weight
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    green = window(form, vector, data.energies, data.disc.size, n_derivative)
    base = ldos(green, vector[-1], data.disc)
    columns = []
    for k in range(form.size):
        h = _differences(form)[k]
        changed = vector.copy()
        if k == form.size - 1:
            h = -h if vector[-1] > 0 else h
            changed[k] += h
            model = ldos(green, changed[-1], data.disc)
        else:
            # Towards the middle, lest a bound be crossed.
            if form.complex and k < 2 and vector[k] > 0:
                h = -h
            changed[k] += h
            other = window(form, changed, data.energies, data.disc.size, n_derivative)
            model = ldos(other, vector[-1], data.disc)
        column = w * factor[:, None] * (model - base) / h
        column -= unit * (unit * column).sum(1, keepdims=True)
        along = (direction * column).sum(1, keepdims=True)
        if data.common:
            along = along.sum(0, keepdims=True)
        columns.append((column - along * direction).ravel())
    return np.stack(columns, 1)


def _kinds(form: Form) -> list[str]:
    return ["angle"] * form.angles + ["log", "eps0", "log", "inverse"]


def _differences(form: Form) -> list[float]:
    return [_DIFFERENCE[kind] for kind in _kinds(form)]


def _short(form: Form, step: np.ndarray) -> np.ndarray:
    """A step no longer than what a fit may move at once."""
    limits = {
        "angle": _STEP_ANGLE,
        "log": _STEP_LOG,
        "eps0": _STEP_EPS0,
        "inverse": _STEP_INVERSE,
    }
    limit = np.array([limits[kind] for kind in _kinds(form)])
    return step / max(1.0, float(np.max(np.abs(step) / limit)))


def _inside(form: Form, vector: np.ndarray) -> np.ndarray:
    """Within the bounds."""
    at = form.angles
    if form.complex:
        length = np.hypot(*vector[:2])
        vector[:2] /= max(1.0, length)
    elif at:
        vector[0] %= np.pi
    for k, bounds in enumerate(BOUNDS, at):
        vector[k] = np.clip(vector[k], *bounds)
    return vector
