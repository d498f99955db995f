"""Spectra like those of well-known superconductors: what examples and plans suppose.

They are sums of smooth peaks with places and strengths as in the literature, scaled to a coupling,
and no substitute for a calculation of a material.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gapworks.eliashberg.physics.spectrum import coupling_constant


@dataclass(frozen=True)
class Typical:
    """A kind of spectrum.

    Attributes
    ----------
    label : str
        What it is like.
    end : float
        Energy above which there is nothing, meV.
    coupling : float
        lambda.
    mu_star : float
        A usual one.
    peaks : tuple of (float, float, float)
        Centres and widths of Gaussians as shares of the end, and heights.
    acoustic : float
        a2F rises as omega^2 up to this share of the end.
    """

    label: str
    end: float
    coupling: float
    mu_star: float
    peaks: tuple[tuple[float, float, float], ...]
    acoustic: float

    def on(self, omega: np.ndarray) -> np.ndarray:
        """a2F, shape (J,), on a grid in meV that may end elsewhere: energies scale with its end."""
        share = np.asarray(omega, float) / omega[-1]
        a2f = sum(
            height * np.exp(-0.5 * ((share - centre) / width) ** 2)
            for centre, width, height in self.peaks
        )
        # Rises as omega^2 at first, and ends smoothly.
        a2f = a2f * np.minimum(1.0, share / self.acoustic) ** 2 * np.minimum(1, 20 * (1 - share))
        return a2f * (self.coupling / coupling_constant(omega, a2f))

    def grid(self, points: int) -> np.ndarray:
        """omega, shape (points,), meV, to the end."""
        return self.end / points * np.arange(1, points + 1)


LEAD = Typical("lead", 10.0, 1.55, 0.1, ((0.44, 0.07, 1.0), (0.84, 0.035, 0.8)), 0.35)
MAGNESIUM_DIBORIDE = Typical(
    "magnesium diboride",
    105.0,
    0.87,
    0.12,
    ((0.33, 0.09, 0.5), (0.66, 0.04, 1.4), (0.83, 0.03, 0.4)),
    0.3,
)
HYDRIDE = Typical(
    "a hydride", 220.0, 2.2, 0.13, ((0.1, 0.04, 0.15), (0.45, 0.11, 0.7), (0.75, 0.08, 1.0)), 0.12
)
