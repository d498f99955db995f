"""The paper's way to the real axis: Pade approximants through the Matsubara data.

A Pade approximant continues numbers instead of equations, which multiplies their errors: at double
precision it is off by percents where `continue_to_real_axis` is exact. It is kept as the paper's
method, with the paper's test of it.
"""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.physics.fractions import pade_approximant
from gapworks.eliashberg.physics.real_axis import check_broadening, check_energies
from gapworks.eliashberg.physics.solution import MatsubaraSolution, RealAxisSolution
from gapworks.eliashberg.physics.spectrum import positive_number


def pade(
    m: MatsubaraSolution, x, broadening: float = 0.05, *, points: int | None = None
) -> RealAxisSolution:
    """Delta(x + i Gamma) and Z(x + i Gamma) by Pade approximants, as in the paper (appendix C).

    Parameters
    ----------
    m : MatsubaraSolution
    x : array_like, shape (X,)
        Real parts, meV.
    broadening : float
        Gamma, meV, 0 < Gamma < pi k_B T.
    points : int, optional
        Frequencies that are used, from omega_0 on; all by default.

    Returns
    -------
    RealAxisSolution
        `residual` and `error` are NaN and `iterations` zero, for no equation was solved on the
        line.

    Raises
    ------
    ValueError
        If an argument is outside its range; the message names it.
    """
    x = check_energies(m, x)
    broadening = check_broadening(m, broadening)
    points = m.frequencies.size if points is None else points
    if not 1 <= points <= m.frequencies.size:
        raise ValueError(f"points={points!r}: give 1 ... {m.frequencies.size}, or None for all")
    z = np.abs(x) + 1j * broadening
    delta, renormalisation = (
        np.where(x < 0, values.conj(), values)
        for values in (
            pade_approximant(m.frequencies[:points], field[..., :points], z)
            for field in (m.delta, m.z)
        )
    )
    order = np.argsort(np.abs(x), kind="stable")
    return RealAxisSolution(
        x=x,
        broadening=broadening,
        delta=delta,
        z=renormalisation,
        residual=np.full(m.converged.shape, np.nan),
        iterations=np.zeros(m.converged.shape, np.int64),
        converged=m.converged,
        error=np.full(m.converged.shape, np.nan),
        line=np.abs(x)[order],
        line_delta=np.where(x < 0, delta.conj(), delta)[..., order],
    )


def acceptance(
    m: MatsubaraSolution,
    x,
    broadening: float = 0.05,
    *,
    tolerance: float = 0.1,
    ratio: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The paper's test of a Pade continuation: Delta against phi / Z, each continued by itself.

    The paper puts criteria on "their difference and ratio to each other at each frequency point"
    without numbers. Here the difference is measured against the largest |Delta|, and the ratio, if
    asked for, where |Delta| is above a tenth of that.

    Parameters
    ----------
    m : MatsubaraSolution
    x : array_like, shape (X,)
        Real parts, meV; below 35 meV in the paper.
    broadening : float
        Gamma, meV.
    tolerance : float
        Largest |Delta - phi / Z| over the largest |Delta|.
    ratio : float, optional
        Largest |Delta - phi / Z| over |Delta| at the same point; not looked at by default.

    Returns
    -------
    passed : ndarray of bool, shape (...)
    error : ndarray, shape (...)
        What is held against `tolerance`; NaN in the normal state, which does not pass.

    Raises
    ------
    ValueError
        As `pade`.
    """
    tolerance = positive_number("tolerance", tolerance, "a share, e.g. 0.1")
    if ratio is not None:
        ratio = positive_number("ratio", ratio, "a share, or None")
    r = pade(m, x, broadening)
    z = np.abs(r.x) + 1j * r.broadening
    phi = pade_approximant(m.frequencies, m.delta * m.z, z)
    phi = np.where(r.x < 0, phi.conj(), phi)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.abs(r.delta - phi / r.z)
        size = np.abs(r.delta)
        largest = size.max(-1, keepdims=True)
        error = (difference / largest).max(-1)
        passed = error <= tolerance
        if ratio is not None:
            pointwise = np.where(size > 0.1 * largest, difference / size, 0.0).max(-1)
            passed &= pointwise <= ratio
    return passed, error
