"""The qpi study's samples as arrays of a shard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum

import numpy as np

from gapworks.factory.container import VALID, Coordinate, Variable, coded, named
from gapworks.factory.errors import DataError
from gapworks.factory.ranks import World
from gapworks.qpi.config import CLASSES
from gapworks.qpi.data.draw import Sample, draw
from gapworks.qpi.physics.fermi_surface import gap_rms
from gapworks.qpi.physics.grid_ladder import Ladder, cells_of, integrate
from gapworks.qpi.physics.image import image, pixel_means
from gapworks.qpi.physics.ldos import (
    GreenWindow,
    ldos_from_window,
    relative_difference,
    twisted_window,
    windows,
)
from gapworks.qpi.physics.t_matrix import pair_indices, t_matrix
from gapworks.qpi.steps import Simulate as Settings

__all__ = ["VARIABLES", "Irrep", "Reason", "Settings", "block", "coordinates", "simulate"]


class Irrep(IntEnum):
    """Codes of the irreducible representations, in the paper's names."""

    A1g = 0
    A1u = 1
    A2g = 2
    A2u = 3
    Eg = 4
    Eu = 5


class Reason(IntEnum):
    """How a sample ended."""

    CONVERGED = 0
    NOT_CONVERGED = 1
    IMPURITY_ON_POLE = 2


VARIABLES = {
    "green": Variable(
        ("sample", "energy", "component", "row", "column"),
        "1/meV",
        "Green function of one spin block without impurity, r = row a1 + column a2",
        "complex64",
    ),
    "local": Variable(
        ("sample", "energy", "local_component"),
        "1/meV",
        "the same at r = 0, G_0 of the T matrix",
        "complex128",
    ),
    "image": Variable(
        ("sample", "q1", "q2"),
        "1/meV",
        "rho of eq. 12 at q = q1 b1 + q2 b2; its mean over a pixel, where there are fewer pixels "
        "than points of the grid",
        "float32",
    ),
    "irrep": Variable(
        ("sample",),
        "1",
        "irreducible representation of the gap",
        "uint8",
        {int(code): code.name for code in Irrep},
    ),
    "label": Variable(("sample",), "1", "class", "uint8", dict(enumerate(CLASSES))),
    "theta": Variable(("sample",), "rad", "mixing angle; 0 where it has no effect"),
    "phases": Variable(
        ("sample", "phase"), "rad", "phase between the components of Eg and Eu, eqs A5 and A6"
    ),
    "delta": Variable(("sample",), "meV", "gap magnitude as printed in eqs 6-11"),
    "delta_reported": Variable(
        ("sample",), "meV", "Delta of the A2u gap that looks the same for A1u, else delta"
    ),
    "delta_rms": Variable(("sample",), "meV", "root mean square of the gap on the Fermi surface"),
    "eps0": Variable(("sample",), "meV", "eps_0 of eq. 4"),
    "impurity": Variable(("sample",), "meV", "strength v of the scalar impurity drawn"),
    "broadening": Variable(("sample",), "meV", "imaginary part of the energy"),
    "n_effective": Variable(("sample",), "1", "points of the grid in each direction", "int32"),
    "error": Variable(
        ("sample",),
        "1",
        "relative L2 change of the density of states (of the image) from half as fine a grid, the "
        "largest of all energies",
    ),
    "reason": coded("how the sample ended", Reason),
    "valid": VALID,
}


def block(settings: Settings) -> int:
    """One sample at a time: it takes some hundredths of a second."""
    return 1


def coordinates(settings: Settings) -> dict[str, Coordinate]:
    """The dimensions of a window, or those of an image."""
    physics = settings.physics
    if settings.kind == "image":
        pixels = settings.pixels or settings.n_effective
        q = np.arange(pixels) / pixels
        of_image = {
            "q1": Coordinate(q, "1", "q along the reciprocal vector b1, in units of it"),
            "q2": Coordinate(q, "1", "q along the reciprocal vector b2, in units of it"),
        }
        return of_image | ({"phase": named(("phi",), "phase")} if settings.reading.phi else {})
    r = np.arange(physics.window) - physics.window // 2
    return {
        "energy": Coordinate(np.array(physics.energies, float), "meV", "omega"),
        "component": named(("ee", "eh", "he"), "entry of the Green function"),
        "local_component": named(("ee", "hh", "eh", "he"), "entry of the local Green function"),
        "row": Coordinate(r, "a", "place along a1, in lattice constants"),
        "column": Coordinate(r, "a", "place along a2, in lattice constants"),
    }


def simulate(settings: Settings, start: int, stop: int, threads: int) -> dict[str, np.ndarray]:
    """Draw the samples start ... stop - 1 and compute their Green functions or images.

    Returns
    -------
    dict of str to ndarray
        The arrays of `VARIABLES` that a data set of this kind has. A sample that failed a check has
        `valid` 0 and says its reason.
    """
    return _stacked([_simulate(settings, index, threads) for index in range(start, stop)])


def simulate_shared(
    settings: Settings, start: int, stop: int, threads: int, world: World
) -> dict[str, np.ndarray] | None:
    """`simulate`, with all ranks at work on the sub-grids of one sample at a time.

    Returns
    -------
    dict of str to ndarray, or None
        As from `simulate`, the same bits; None on other ranks than 0.

    Raises
    ------
    DataError
        If there are more ranks than sub-grids, or the data set has no ladder of grids.
    """
    if settings.kind != "ladder":
        raise DataError(
            f"qpi/{settings.dataset} has no sub-grids (kind: {settings.kind}): let the ranks share "
            "samples (--share samples)"
        )
    made = []
    for index in range(start, stop):
        sample = _drawn(settings, index)
        ladder = _ladder(settings, sample)
        sub_grids = list(ladder.sub_grids())
        if world.size > len(sub_grids):
            raise DataError(
                f"{world.size} ranks cannot share the {len(sub_grids)} sub-grids of a sample: "
                f"start at most {len(sub_grids)}, or let them share samples (--share samples)"
            )
        parts = world.in_order(len(sub_grids), lambda i, own=sub_grids: integrate(own[i]))
        if world.rank:
            for _ in parts:
                pass
        else:
            made.append(_windowed(settings, sample, *windows(ladder, parts)))
    return None if world.rank else _stacked(made)


def _simulate(settings: Settings, index: int, threads: int) -> dict[str, np.ndarray]:
    sample, N = _drawn(settings, index), settings.n_effective
    if settings.kind == "image":
        return _imaged(settings, sample, threads)
    physics = settings.physics
    if settings.kind == "grid" and N % (2 * cells_of(physics.window)):
        # One grid of wave vectors that the cells of `Ladder` do not divide.
        grids = [twisted_window(sample.p, physics.window, n, physics.energies) for n in (N, N // 2)]
        return _windowed(settings, sample, *grids)
    ladder = _ladder(settings, sample)
    with ThreadPoolExecutor(threads) as pool:
        compute = map if threads == 1 else pool.map
        return _windowed(settings, sample, *windows(ladder, compute(integrate, ladder.sub_grids())))


def _drawn(settings: Settings, index: int) -> Sample:
    return draw(settings.seed, settings.stream, settings.physics, index, settings.reading)


def _ladder(settings: Settings, sample: Sample) -> Ladder:
    physics = settings.physics
    energies, plain = tuple(physics.energies), settings.kind == "grid"
    return Ladder(sample.p, energies, physics.window, settings.n_effective, plain)


def _windowed(
    settings: Settings, sample: Sample, fine: GreenWindow, coarse: GreenWindow
) -> dict[str, np.ndarray]:
    """A sample from its Green functions on a grid and on one half as fine."""
    size = settings.physics.window
    crop = (..., slice(0, size), slice(0, size))
    p = sample.p
    maps = (ldos_from_window(one, p)[crop] for one in (fine, coarse))
    error = max(relative_difference(*pair) for pair in zip(*maps, strict=True))
    regular = all(t_matrix(G0, p)[1] for G0 in fine.local)
    electron, hole = pair_indices(0, p.odd)
    entries = ((electron, electron), (hole, hole), (electron, hole), (hole, electron))
    return {
        "green": np.stack([part[:, 0] for part in (fine.ee, fine.eh, fine.he)], 1)[crop],
        "local": np.stack([fine.local[:, i, j] for i, j in entries], -1),
        **_scalars(settings, sample, error, regular),
    }


def _imaged(settings: Settings, sample: Sample, threads: int) -> dict[str, np.ndarray]:
    """A sample as the paper has it: eq. 12 on one grid, in single precision."""
    fine, coarse = (
        image(sample.p, N, dtype=np.float32, threads=threads)
        for N in (settings.n_effective, settings.n_effective // 2)
    )
    # Both grids have the wave vectors with even indices of the finer one.
    error = relative_difference(fine[::2, ::2], coarse)
    if settings.pixels:
        fine = pixel_means(fine, settings.pixels).astype(np.float32)
    return {"image": fine, **_scalars(settings, sample, error, True)}


def _scalars(
    settings: Settings, sample: Sample, error: float, regular: bool
) -> dict[str, np.ndarray]:
    p = sample.p
    reason = Reason.CONVERGED
    # One grid, as the paper has it, is not converged: that is what those data sets are for.
    if settings.kind == "ladder" and not error <= settings.solver.max_error:
        reason = Reason.NOT_CONVERGED
    if not regular:
        reason = Reason.IMPURITY_ON_POLE
    return {
        "irrep": Irrep[p.irrep],
        "label": sample.label,
        "theta": p.theta,
        **({"phases": [p.phi]} if settings.reading.phi else {}),
        "delta": p.delta,
        "delta_reported": sample.delta_reported,
        "delta_rms": gap_rms(p),
        "eps0": p.eps0,
        "impurity": p.impurity,
        "broadening": p.broadening,
        "n_effective": settings.n_effective,
        "error": error,
        "reason": reason,
        "valid": reason == Reason.CONVERGED,
    }


def _stacked(made: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.stack([np.asarray(one[name]) for one in made]) for name in made[0]}
