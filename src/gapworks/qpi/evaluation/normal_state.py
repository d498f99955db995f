"""The normal state for figures: bands along high-symmetry lines and over the zone."""

from __future__ import annotations

import numpy as np

from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, alone
from gapworks.qpi import steps
from gapworks.qpi.physics.hamiltonian import band, ising
from gapworks.qpi.physics.parameters import Parameters

VARIABLES = {
    "path_up": Variable(("path",), "meV", "energy of spin up along Gamma-K-M-Gamma"),
    "path_down": Variable(("path",), "meV", "energy of spin down"),
    "zone_up": Variable(("ky", "kx"), "meV", "energy of spin up over the zone"),
    "zone_down": Variable(("ky", "kx"), "meV", "energy of spin down"),
}
CORNERS = {"G": (0.0, 0.0), "K": (2 * np.pi / 3, -2 * np.pi / 3), "M": (np.pi, 0.0)}
"""(u, v) = (k.a1, k.a2) of the corners of the path."""
LINES = ("G", "K", "M", "G")


def evaluate(settings: steps.NormalState, given: Given, threads: int, report: Report) -> Evaluation:
    """Energies of both spins."""
    p = Parameters(
        "A1g",
        eps0=settings.model.eps0,
        hopping=tuple(settings.hopping),
        spin_orbit=tuple(settings.spin_orbit),
    )
    points = settings.model.points
    u, v, length = path(points)
    half = 4.6
    kx = np.linspace(-half, half, points)
    ky = np.linspace(-half, half, points)
    gx, gy = np.meshgrid(kx, ky)
    zone = gx, 0.5 * gx + 0.5 * np.sqrt(3) * gy
    made = {}
    for name, (a, b) in {"path": (u, v), "zone": zone}.items():
        h, L = band(p, a, b), ising(p, a, b)
        made |= {f"{name}_up": h + L, f"{name}_down": h - L}
    coordinates = {
        "path": Coordinate(length, "1/a", "length along Gamma-K-M-Gamma"),
        "kx": Coordinate(kx, "1/a", "k_x"),
        "ky": Coordinate(ky, "1/a", "k_y"),
    }
    return Evaluation(alone("model"), coordinates, VARIABLES, made)


def path(points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(u, v) along the lines, and the length walked in 1 / a."""
    ends = np.array([CORNERS[name] for name in LINES])
    share = np.arange(points) / points
    pieces = [a + share[:, None] * (b - a) for a, b in zip(ends, ends[1:], strict=False)]
    uv = np.vstack([*pieces, ends[-1:]])
    kx = uv[:, 0]
    ky = (2 * uv[:, 1] - uv[:, 0]) / np.sqrt(3)
    steps = np.hypot(np.diff(kx), np.diff(ky))
    return uv[:, 0], uv[:, 1], np.concatenate([[0], np.cumsum(steps)])
