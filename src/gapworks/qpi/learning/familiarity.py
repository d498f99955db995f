"""Whether a map looks like those that a network was trained on.

A network answers anything, confidently. So the maps of its training, with the noise of its
training, are described by some statistics: how the power is spread over rings of r and of q, how
much of it is odd under C3 and under r -> -r, how much stands in one point of q. They are close to a
normal distribution for each class; a map further from all of them than (nearly) all maps of other
superconductors drawn in the same way is unlike them. White and pink noise, a map turned to another
raster, scaled, or with ripples on it are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gapworks.qpi.config import CLASSES
from gapworks.qpi.data.measured.background import off_rim
from gapworks.qpi.data.measured.treatment import outer_half
from gapworks.qpi.learning.features import AT_ONCE, has_u_gap, rings_of_r
from gapworks.qpi.learning.maps import (
    RINGS,
    View,
    disc,
    ldos_maps,
    on_torus,
    opposite,
    pink_envelope,
    threefold_mean,
    within_disc,
)
from gapworks.qpi.physics.point_group import THIRD_TURN

FAMILIAR = "familiar."
"""Begins the names of these tensors beside a network's weights."""
_NO_CENTRE = 0.35
"""More than this share of the power is odd under r -> -r in noise, and less in known maps."""
DRAWS = 5
"""Times that each superconductor is drawn: without noise, with the most, and in between."""
SUPERCONDUCTORS = 2000
"""Most superconductors of the training data that are drawn."""
HELD_OUT = 4
"""Parts of the superconductors; the threshold is that of each part held out in turn."""
KEPT = 0.99
"""Share of the maps drawn so that is familiar."""
_FLOOR = 0.05
"""Shares of the power below this are as good as none: of the order of the noise in training."""
_INDEPENDENT = 10
"""Superconductors for each statistic from which their correlations are half believed."""


def statistics(maps: np.ndarray, view: View) -> Tensor:
    """What describes a map; no unit, no constant and no slope changes it.

    Parameters
    ----------
    maps : ndarray, shape (n, energies, size, size)
        The impurity at [size // 2, size // 2], a plane taken off.
    view : View
        Pixels and disc of the network.

    Returns
    -------
    Tensor of float64, shape (n, statistics)
    """
    maps = maps / (np.abs(maps).max((-2, -1), keepdims=True) + 1e-300)
    disced = within_disc(on_torus(torch.from_numpy(maps.astype(np.float32))), view)
    power = disced.square().sum((-2, -1), keepdim=True)
    disced = disced / (power + 1e-30).sqrt()
    threefold_odd = disced - threefold_mean(disced)
    odd = 0.5 * (disced - opposite(disced))
    # The lattice of a map whose rows run the other way.
    mirror = np.diag([-1, 1])
    mirrored = disced - threefold_mean(disced, mirror @ THIRD_TURN @ mirror)
    rings, shells = rings_of_r(view), _shells(view.pixels)
    in_ring = _within(disced, rings)
    found = [_log(in_ring)]
    for part in (threefold_odd, odd):
        in_part = _within(part, rings)
        found += [_log(in_part / (in_ring + 0.01)), _log(in_part.sum(-1, keepdim=True))]
    found.append(_log(_within(mirrored, rings).sum(-1, keepdim=True)))
    spectra = [torch.fft.fft2(part) / view.pixels for part in (disced, threefold_odd, odd)]
    spectra = [spectra[0].real, spectra[1].real, spectra[2].imag]
    in_shell, odd_in_shell = (_within(part, shells) for part in spectra[:2])
    found += [_log(in_shell), _log(odd_in_shell / (in_shell + 0.01))]
    # Ripples stand in one point of q.
    peaks = [part.square().flatten(-2).amax(-1, keepdim=True) for part in spectra[1:]]
    found += [(peak + 1e-3).log() for peak in peaks]
    statistic = torch.cat(found, -1).flatten(1)
    flat = disced.flatten(-2)
    for first in range(1, flat.shape[1]):
        alike = (flat[:, first] * flat[:, first - 1]).sum(-1, keepdim=True)
        statistic = torch.cat([statistic, alike], 1)
    return statistic.double()


class Familiarity:
    """The normal distributions of the statistics, and how far from them is too far.

    Parameters
    ----------
    tensors : mapping of str to Tensor
        `mean`, shape (classes, statistics), and `inverse` (classes, statistics, statistics) of the
        covariance.
    threshold : float
        Largest mean square of a familiar map.
    """

    def __init__(self, tensors: Mapping[str, Tensor], threshold: float) -> None:
        self.mean, self.inverse = (tensors[name].double() for name in ("mean", "inverse"))
        self.threshold = threshold

    def distance(self, maps: np.ndarray, view: View) -> np.ndarray:
        """Mean square of the statistics in units of those of the nearest class, shape (n,)."""
        return _distance(statistics(maps, view), self.mean, self.inverse).numpy()

    def judge(self, maps: np.ndarray, view: View) -> list[str | None]:
        """Why maps are unlike those of the training, or None; maps as in `statistics`."""
        reasons: list[str | None] = []
        for one, distance in zip(maps, self.distance(maps, view), strict=True):
            if distance <= self.threshold:
                reasons.append(None)
                continue
            far = f"{distance:.3g} away, where the training's maps are within {self.threshold:.3g}"
            if _odd_share(one, view) > _NO_CENTRE:
                reasons.append(f"no structure: like noise, even about no point ({far})")
            else:
                reasons.append(
                    f"no structure that the network knows ({far}): more noise, a background, "
                    "another raster, a q-space image, or more than one impurity?"
                )
        return reasons


def describe(
    arrays: Mapping[str, Tensor],
    view: View,
    impurity: Sequence[float],
    white: Sequence[float],
    pink: Sequence[float],
    seed: int,
) -> tuple[dict[str, Tensor], float]:
    """The tensors and the threshold of `Familiarity` from training data.

    Parameters
    ----------
    arrays : mapping of str to Tensor
        From `features.windows`.
    view : View
        Pixels and disc of the network.
    impurity, white, pink : pair of float
        Ranges of |v|, meV, and of the noise, in units of the image's deviation.
    seed : int
        Of impurities and noise.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = slice(0, SUPERCONDUCTORS)
    label = arrays["label"][rows]
    odd = has_u_gap(label)
    drawn = []
    for draw in range(DRAWS):
        for first in range(0, len(label), AT_ONCE):
            part = slice(first, min(first + AT_ONCE, len(label)))
            u = torch.rand(4, part.stop - first, generator=generator)
            v = impurity[0] + (impurity[1] - impurity[0]) * u[0]
            v = torch.where(u[1] < 0.5, -v, v)
            maps = ldos_maps(arrays["green"][part], arrays["local"][part], odd[part], v)
            levels = [
                _level(draw, low, high, x)
                for (low, high), x in zip((white, pink), u[2:], strict=True)
            ]
            maps = torch.fft.fftshift(measured(maps, view, *levels, generator), (-2, -1)).numpy()
            outer = outer_half(maps.shape[-1], view.radius)
            drawn.append(statistics(off_rim(maps, outer, 1)[0], view))
    x, label = torch.cat(drawn), label.repeat(DRAWS)
    # Parts of the superconductors, each with all its draws and, as classes take turns, all classes.
    part_of = torch.arange(len(label) // DRAWS).repeat(DRAWS) // len(CLASSES) % HELD_OUT
    outside = torch.zeros(len(x), dtype=torch.float64)
    for part in range(HELD_OUT):
        held = part_of == part
        if bool(held.any()) and not bool(held.all()):
            outside[held] = _distance(x[held], *_normal(x[~held], label[~held]))
    mean, inverse = _normal(x, label)
    # Of each draw: neither clean maps nor the noisiest are to be refused more often than others.
    threshold = float(torch.quantile(outside.unflatten(0, (DRAWS, -1)), KEPT, dim=1).max())
    return {"mean": mean.float(), "inverse": inverse.float()}, float(f"{threshold:.6g}")


def _level(draw: int, low: float, high: float, place: Tensor) -> Tensor:
    """Noise of a draw, in units of the image's deviation; `place` is uniform on [0, 1)."""
    if draw < 2:
        return torch.full_like(place, high * draw)
    return low + (high - low) * place


def measured(
    maps: Tensor, view: View, white: Tensor, pink: Tensor, generator: torch.Generator
) -> Tensor:
    """Maps with noise as a microscope has it, everywhere, which the disc cuts with the map.

    Parameters
    ----------
    maps : Tensor, shape (n, energies, size, size)
        On the torus.
    view : View
        Pixels and disc of the network.
    white, pink : Tensor, shape (n,)
        Deviation of the image's noise in units of the image's own.
    generator : Generator
        Of the noise.
    """
    disced = within_disc(maps, view)
    power = (0.5 * (disced + opposite(disced))).square().sum((-2, -1))
    seen = disc(view).to(maps)
    size = maps.shape[-1]
    for level, envelope in ((white, None), (pink, pink_envelope(size).to(maps))):
        weight = seen if envelope is None else seen * pink_envelope(view.pixels).to(maps)
        unit = (2 * power / weight.square().sum()).sqrt() * level[:, None]
        noise = torch.randn(maps.shape, generator=generator)
        maps = maps + unit[..., None, None] * (noise if envelope is None else noise * envelope)
    return maps


def _odd_share(maps: np.ndarray, view: View) -> float:
    """Share of the power that is odd under r -> -r, of the evenest energy; of noise a half."""
    maps = maps / (np.abs(maps).max((-2, -1), keepdims=True) + 1e-300)
    disced = within_disc(on_torus(torch.from_numpy(maps)), view)
    odd = 0.5 * (disced - opposite(disced))
    shares = odd.square().sum((-2, -1)) / (disced.square().sum((-2, -1)) + 1e-300)
    return float(shares.min())


def _normal(x: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and inverse covariance of each class; those of all where a class has no sample.

    With few superconductors a class's covariance is mostly that of all, and that mostly diagonal.
    """
    count, width = len(x) / DRAWS, x.shape[1]
    means, spreads, own_shares = [], [], []
    for number in range(len(CLASSES)):
        own = x[label == number]
        own = own if len(own) else x
        means.append(own.mean(0))
        centred = own - means[-1]
        spreads.append(centred.T @ centred / len(own))
        own_shares.append(len(own) / DRAWS / (len(own) / DRAWS + width))
    common = torch.stack(spreads).mean(0)
    diagonal = torch.diag(common.diagonal() + 1e-6)
    believed = count / (count + width / _INDEPENDENT)
    mixed = [
        believed * (share * spread + (1 - share) * common) + (1 - believed) * diagonal
        for share, spread in zip(own_shares, spreads, strict=True)
    ]
    return torch.stack(means), torch.linalg.inv(torch.stack(mixed))


def _distance(x: Tensor, mean: Tensor, inverse: Tensor) -> Tensor:
    away = x[:, None] - mean
    squares = torch.einsum("nca,cab,ncb->nc", away, inverse, away)
    return squares.amin(1) / x.shape[1]


def _within(maps: Tensor, parts: Tensor) -> Tensor:
    return maps.square().flatten(-2) @ parts


def _log(share: Tensor) -> Tensor:
    return (share + _FLOOR).log()


@lru_cache
def _shells(pixels: int) -> Tensor:
    """Which shell of |q| a pixel is in, shape (pixels^2, RINGS): equal steps up to K."""
    index = np.fft.fftfreq(pixels)
    i, j = index[:, None], index[None, :]
    images = [
        (i + a) ** 2 + (j + b) ** 2 - (i + a) * (j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)
    ]
    shell = np.floor(RINGS * np.sqrt(3 * np.minimum.reduce(images))).clip(0, RINGS - 1).ravel()
    return torch.from_numpy((shell[:, None] == np.arange(RINGS)).astype(np.float32))
