"""What a network sees of a sample: windows of a data set, and the images made of their maps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header, read
from gapworks.qpi.config import CLASSES, U_GAPS
from gapworks.qpi.learning.maps import RINGS, View, ldos_maps, on_torus, opposite, threefold_mean
from gapworks.qpi.physics.point_group import distance

E_CLASSES = [CLASSES.index("Eg"), CLASSES.index("Eu")]
U_CLASSES = [CLASSES.index(name) for name in U_GAPS]
AT_ONCE = 64
"""Samples whose maps are made, or put through a network, at a time."""


def windows(
    path: Path,
    header: Header,
    energies: list[float],
    view: View,
    rows: slice = slice(None),
    only_valid: bool = True,
) -> dict[str, Tensor]:
    """The valid samples of a data set as tensors.

    Returns
    -------
    dict of str to Tensor
        green (n, energies, 3, size, size) on the torus and local (n, energies, 4), complex;
        label, theta, eps0, delta (A2u-equivalent), impurity, each (n,); energies in meV.

    Raises
    ------
    DataError
        If the data set holds images, or not these energies, or its windows do not fit the view.
    """
    stored = header.attributes["settings"]
    if "green" not in header.checksums:
        raise DataError(f"{path}: holds images, not windows of the Green function: no v to draw")
    known = stored["physics"]["energies"]
    missing = [energy for energy in energies if energy not in known]
    if missing:
        raise DataError(f"{path}: has energies {known} meV, not {missing}")
    size = stored["physics"]["window"]
    if view.pixels < size:
        raise DataError(f"{path}: windows are {size} wide, images of {view.pixels} are too small")
    widest = math.sqrt(0.75) * (size // 2)
    if view.radius > widest:
        raise DataError(
            f"{path}: a disc of radius {view.radius:g} reaches beyond windows of {size}; at most "
            f"{widest:.1f} (qpi.networks.inputs.radius)"
        )
    names = ["label", "theta", "eps0", "delta_reported", "impurity", "valid", "green", "local"]
    arrays = read(path, names, rows)
    valid = (arrays["valid"] == 1) | (not only_valid)
    at = [known.index(energy) for energy in energies]
    green = on_torus(torch.from_numpy(arrays["green"][valid][:, at].astype(np.complex64)))
    local = torch.from_numpy(arrays["local"][valid][:, at].astype(np.complex64))
    made = {
        "green": green,
        "local": local,
        "label": torch.from_numpy(arrays["label"][valid]).long(),
    }
    for name in ("theta", "eps0", "delta_reported", "impurity"):
        made[name] = torch.from_numpy(arrays[name][valid].astype(np.float32))
    return made


def stored_maps(arrays: Mapping[str, Tensor], rows: slice = slice(None)) -> Tensor:
    """LDOS maps of samples with the impurities that are stored with them.

    Parameters
    ----------
    arrays : mapping of str to Tensor
        From `windows`.
    rows : slice
        Samples that are wanted.

    Returns
    -------
    Tensor, shape (n, energies, size, size)
        On the torus, 1 / meV per cell.
    """
    green, local, impurity = (arrays[name][rows] for name in ("green", "local", "impurity"))
    return ldos_maps(green, local, has_u_gap(arrays["label"][rows]), impurity)


def has_u_gap(label: Tensor) -> Tensor:
    """Which samples have a gap that is odd in k: those of A12u and Eu."""
    return (label == U_CLASSES[0]) | (label == U_CLASSES[1])


def has_two_components(label: Tensor) -> Tensor:
    """Which samples have a gap of two components, whose angle turns with the lattice: Eg and Eu."""
    return (label == E_CLASSES[0]) | (label == E_CLASSES[1])


def features(maps: Tensor, view: View) -> tuple[Tensor, Tensor]:
    """Channels and scalars of maps.

    Parameters
    ----------
    maps : Tensor, shape (n, energies, pixels, pixels)
        From `within_disc`, with noise or without.
    view : View
        Disc, and which channels there are.

    Returns
    -------
    channels : Tensor, shape (n, channels, pixels, pixels)
        Over q, q = 0 at [0, 0] and removed, each of unit variance (unless
        it vanishes). In turns for each energy: the
        parts of Re FT that are even and odd under C3, and Im FT, the part odd under r -> -r; or
        Re FT alone.
    scalars : Tensor, shape (n, scalars)
        For each energy: with odd channels, logs of their share of the image's standard deviation;
        logs of shares of the energy in rings of r. All of order one.

    Notes
    -----
    The unit of each energy's map changes nothing: a microscope's is arbitrary, and its set point
    is another one at each bias.
    """
    # First of all, so that nothing small that is added below knows the unit.
    maps = maps / (maps.abs().amax((-2, -1), keepdim=True) + torch.finfo(maps.dtype).tiny)
    transform = _transform(maps)
    image = transform.real
    scale = _deviation(image)
    if not view.odd_channels:
        parts = [image]
    else:
        even3 = threefold_mean(maps)
        symmetric = _transform(even3).real
        parts = [symmetric, image - symmetric, transform.imag]
    deviations = [_deviation(part) for part in parts]
    units = [part / scale for part in parts]
    if view.compress:
        units = [_asinh(part) for part in units]
    channels = torch.stack([part / _above_floor(_deviation(part)) for part in units], 2)
    channels = channels.flatten(1, 2)
    if not view.scalars:
        return channels, maps.new_zeros(len(maps), 0)
    scalars = []
    if view.odd_channels:
        shares = [(x / scale)[..., 0, 0] for x in deviations[1:]]
        scalars += [_above_floor(share).log()[..., None] for share in shares]
        scalars.append(_ring_energies(maps, view, [maps - even3, 0.5 * (maps - opposite(maps))]))
    else:
        scalars.append(_ring_energies(maps, view, []))
    return channels, torch.cat(scalars, -1).flatten(1)


def _asinh(x: Tensor) -> Tensor:
    """To the accuracy of `torch.asinh`, in a fifth of its time: it is not vectorised."""
    size = x.abs()
    return torch.copysign(torch.log1p(size + x * x / (1 + torch.sqrt(1 + x * x))), x)


def _transform(maps: Tensor) -> Tensor:
    """Over q, without q = 0."""
    transform = torch.fft.fft2(maps)
    transform[..., 0, 0] = 0
    return transform


_FLOOR = 1e-2
"""Below a hundredth of the image a part is numerical error of the image, and is left small."""


def _above_floor(share: Tensor) -> Tensor:
    return (share.square() + _FLOOR**2).sqrt()


def _ring_energies(maps: Tensor, view: View, parts: list[Tensor]) -> Tensor:
    """Logs of shares of the energy in rings of r: of each ring in all of it, of parts in each."""
    rings = rings_of_r(view).to(maps)
    total = maps.square().flatten(-2) @ rings
    shares = [total / (total.sum(-1, keepdim=True) + 1e-30)]
    shares += ((part.square().flatten(-2) @ rings) / (total + 1e-30) for part in parts)
    return torch.cat([(x + _FLOOR**2).log() / 3 + 1 for x in shares], -1)


def _deviation(image: Tensor) -> Tensor:
    return image.square().mean((-2, -1), keepdim=True).sqrt() + 1e-30


@lru_cache
def rings_of_r(view: View) -> Tensor:
    """Which ring of r a cell is in, shape (pixels^2, RINGS): equal steps of |r|."""
    ring = np.floor(RINGS * distance(view.pixels) / view.radius).ravel()
    return torch.from_numpy((ring[:, None] == np.arange(RINGS)).astype(np.float32))
