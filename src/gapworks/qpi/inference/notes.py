"""What is said beside an answer, lest it be believed further than it goes."""

from __future__ import annotations

from gapworks.qpi.inference import verdict
from gapworks.qpi.inference.residual import Left

_CALIBRATED, _NEAR = (0.0, 1.0), 0.05
"""Energies of the maps that the doubt is calibrated on, and how near to one is at it, meV."""
_COLOURED = 1.5
"""More cells than this for one independent number of the residual are coloured noise."""
_NO_PHASE = 1e-3


def of_phase(phi: tuple[float, float, float]) -> str:
    """What may be said of a mixture's phase.

    Parameters
    ----------
    phi : (value, lower, upper)
        rad.
    """
    if phi[1] > _NO_PHASE:
        return "the mixture is complex: phi > 0 all over its interval; its sign is invisible"
    return "a real mixture, phi = 0, is within the interval of phi; the sign of phi is invisible"


def beside_the_calibration(energies: tuple[float, ...], left: Left) -> str:
    """How maps differ from those that the doubt is calibrated on; nothing, if they do not.

    Parameters
    ----------
    energies : tuple of float
        Of the maps that were fitted, meV.
    left : Left
        By the best fit.
    """
    said = ""
    known = [min(abs(x - one) for one in _CALIBRATED) <= _NEAR for x in energies]
    if len(energies) == 1 or not all(known):
        said += f"; these are at {' and '.join(f'{x:g}' for x in energies)} meV"
    if left.even > verdict.DOUBTFUL and left.misfit > verdict.MISFIT:
        said += (
            f"; what is left of these is even beyond chance ({left.even:.1f} deviations, "
            f"{left.misfit:.0%} of the map): a tip, a set point or another material may be in it, "
            "and numbers off by more than their intervals"
        )
    if left.repeated > _COLOURED:
        said += f"; what is left of these is no white noise ({left.repeated:.1f} cells are as one)"
    return said
