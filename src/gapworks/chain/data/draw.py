"""Drawing disorder: V_i uniform in [-V0, V0] on the sites of a ring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gapworks.factory.seeds import sample_generator


def disorder_strength(strengths: Sequence[float], index: int) -> float:
    """V0 of a sample: the strengths take turns, so that a data set that grows stays balanced."""
    return strengths[index % len(strengths)]


def draw_disorder(
    seed: int,
    stream: int,
    strengths: Sequence[float],
    length: int,
    start: int,
    stop: int,
    common: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Disorder of the samples start ... stop - 1 of a data set.

    Parameters
    ----------
    seed, stream : int
        Root of all randomness and the data set's stream.
    strengths : sequence of float
        The disorder strengths V0, units of t.
    length : int
        Sites of the ring, L.
    start, stop : int
        Range of samples.
    common : bool
        One disorder for a round of all strengths, scaled by each (common random numbers): what
        differs between the samples of a round, differs by the strength alone.

    Returns
    -------
    V : ndarray, shape (stop - start, length)
        On-site disorder, units of t.
    V0 : ndarray, shape (stop - start,)
        Its strength.
    """
    V0 = np.array([disorder_strength(strengths, index) for index in range(start, stop)])
    V = np.empty((stop - start, length))
    for row, index in enumerate(range(start, stop)):
        drawn = index // len(strengths) if common else index
        # Uniform on [0, 1) first and scaled after: the same bits on every platform.
        V[row] = V0[row] * (2 * sample_generator(seed, "chain", stream, drawn).random(length) - 1)
    return V, V0
