"""Drawing disorder on the sites of a ring: uniform in [-V0, V0], or normal and correlated.

Normal disorder has the variance of the uniform, V0^2 / 3, and <V_i V_j> falls with the distance r
on the ring as exp(-r^2 / 2 l^2), l its correlation length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gapworks.chain.laws import UNIFORM, Disorder
from gapworks.factory.seeds import sample_generator

# Weights are rounded to so many decimals: exp and sqrt of another machine give the same bits then.
_DECIMALS = 12
_NEGLIGIBLE = 9.0


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
    disorder: Disorder = UNIFORM,
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
    disorder : Disorder
        The law.

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
        generator = sample_generator(seed, "chain", stream, drawn)
        V[row] = V0[row] * unit_disorder(generator, (length,), disorder)
    return V, V0


def unit_disorder(
    generator: np.random.Generator, shape: tuple[int, ...], disorder: Disorder
) -> np.ndarray:
    """Disorder of strength V0 = 1 on rings, shape (..., L): the same bits on every platform.

    Parameters
    ----------
    generator : Generator
    shape : tuple of int
        The last number is L.
    disorder : Disorder
        The law.
    """
    if disorder.law == "uniform":
        return 2 * generator.random(shape) - 1
    normal = generator.standard_normal(shape)
    if disorder.correlation:
        weights = correlating_weights(shape[-1], disorder.correlation)
        # A sum in this order, by additions and products alone.
        normal = sum(weights[k] * np.roll(normal, k, -1) for k in np.flatnonzero(weights))
    return normal / math.sqrt(3)


@lru_cache(maxsize=16)
def correlating_weights(length: int, correlation: float) -> np.ndarray:
    """Weights of independent normal numbers around a site that make them correlated.

    Their Fourier transform is the root of that of exp(-r^2 / 2 l^2), summed over all windings of
    the ring: sum_k w_k w_{k + r} is that sum over its value at r = 0.

    Parameters
    ----------
    length : int
        Sites of the ring.
    correlation : float
        l, lattice spacings.

    Returns
    -------
    ndarray, shape (length,)
    """
    q = 2 * np.pi * np.fft.fftfreq(length)[:, None]
    zones = math.ceil(_NEGLIGIBLE / (2 * np.pi * correlation)) + 1
    folded = 2 * np.pi * np.arange(-zones, zones + 1)
    spectrum = np.exp(-0.5 * (correlation * (q + folded)) ** 2).sum(-1)
    weights = np.fft.ifft(np.sqrt(spectrum)).real
    weights = np.round(weights / np.sqrt(np.square(weights).sum()), _DECIMALS)
    weights.flags.writeable = False
    return weights


def redrawn_outside(
    generator: np.random.Generator,
    V0: float,
    length: int,
    cutoff: int,
    draws: int,
    disorder: Disorder,
) -> np.ndarray:
    """Rings that agree on the sites -R ... R about site 0, the rest drawn again given these.

    Parameters
    ----------
    generator : Generator
    V0 : float
        Units of t.
    length, cutoff, draws : int
        L, R and the number of rings.
    disorder : Disorder
        The law.

    Returns
    -------
    ndarray, shape (draws, length)
        V, units of t.
    """
    V = V0 * unit_disorder(generator, (draws, length), disorder)
    inside = np.arange(-cutoff, cutoff + 1)
    missing = V[0, inside] - V[:, inside]
    V[:, inside] = V[0, inside]
    if disorder.correlation:
        # Of normal numbers a draw given some is any draw, moved by what these differ by (Matheron).
        weights = correlating_weights(length, disorder.correlation)
        covariance = np.fft.ifft(np.abs(np.fft.fft(weights)) ** 2).real
        outside = np.setdiff1d(np.arange(length), inside % length)
        within = covariance[inside[:, None] - inside]
        across = covariance[(outside[:, None] - inside) % length]
        V[:, outside] += missing @ np.linalg.lstsq(within, across.T, rcond=1e-10)[0]
    return V
