"""LDOS maps of an impurity of any strength: on the torus, within a disc, with noise, turned.

A stored sample is a clean superconductor's Green function on a window of r. Everything here is
batched, in single precision, on whatever device the tensors are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gapworks.qpi.network_config import Condition, Inputs, Noise
from gapworks.qpi.physics.point_group import THIRD_TURN, distance, hann_disc, permutation

RINGS = 8
"""Rings of r in which the energies of odd parts are taken."""


@dataclass(frozen=True)
class View:
    """What is made of an LDOS map.

    Attributes
    ----------
    pixels : int
        Width of the image; more than the window's width interpolates in q.
    radius : float
        Of the Hann disc on r, lattice constants; at most sqrt(3) / 2 of half the window's width, so
        that the disc lies within it.
    odd_channels : bool
        Whether there are three channels per energy: even and odd under C3, odd under r -> -r; or
        the image alone, Re FT.
    scalars : bool
        Whether shares of the power are given beside the images, which are standardised: of parts
        odd under C3 and under r -> -r, of rings of r. No amplitude: a map's unit is arbitrary.
    compress : bool
        asinh of the image, in units of its standard deviation.
    """

    pixels: int = 64
    radius: float = 27.0
    odd_channels: bool = True
    scalars: bool = True
    compress: bool = True

    @classmethod
    def of(cls, inputs: Inputs, condition: Condition) -> View:
        """What networks of a condition are shown."""
        return cls(
            pixels=inputs.pixels,
            radius=inputs.radius,
            odd_channels=condition.odd_channels,
            scalars=condition.scalars,
            compress=inputs.compress,
        )

    def channels(self, energies: int) -> int:
        """Number of channels."""
        return energies * (3 if self.odd_channels else 1)

    def scalar_count(self, energies: int) -> int:
        """Number of scalars."""
        if not self.scalars:
            return 0
        return energies * (2 + 3 * RINGS if self.odd_channels else RINGS)


def on_torus(window: Tensor) -> Tensor:
    """A window with r = 0 at [size // 2, size // 2] turned so that r = 0 is at [0, 0]."""
    size = window.shape[-1]
    return window.roll((-(size // 2), -(size // 2)), (-2, -1))


def opposite(maps: Tensor) -> Tensor:
    """The map at -r."""
    return maps.flip((-2, -1)).roll((1, 1), (-2, -1))


def ldos_maps(green: Tensor, local: Tensor, odd: Tensor, impurity: Tensor) -> Tensor:
    """The LDOS that a scalar impurity adds, -Im Tr_e dG(r, r) / pi, both spins.

    With A the 2 x 2 Green function of one electron spin and its hole, T = (V^-1 - G_0)^-1 and
    V = v tau_z, dG(r, r) = A(r) T A(-r). The other spin is the same at r for the u gaps and the
    same at -r for the g gaps.

    Parameters
    ----------
    green : Tensor, shape (n, energies, 3, size, size), complex
        A_ee, A_eh, A_he on the torus, 1 / meV.
    local : Tensor, shape (n, energies, 4), complex
        G_0: ee, hh, eh, he, 1 / meV.
    odd : Tensor of bool, shape (n,)
        Whether the gap is a u gap.
    impurity : Tensor, shape (n,)
        v, meV.

    Returns
    -------
    Tensor, shape (n, energies, size, size)
        1 / meV per cell.
    """
    ee, hh, eh, he = local.unbind(-1)
    inverse = (1 / impurity)[:, None]
    a, d = inverse - ee, -inverse - hh
    determinant = a * d - eh * he
    t_ee, t_eh, t_he, t_hh = ((x / determinant)[..., None, None] for x in (d, eh, he, a))
    A_ee, A_eh, A_he = green.unbind(2)
    back_ee, back_he = opposite(A_ee), opposite(A_he)
    charge = A_ee * (t_ee * back_ee + t_eh * back_he) + A_eh * (t_he * back_ee + t_hh * back_he)
    rho = charge.imag * (-1 / torch.pi)
    return rho + torch.where(odd[:, None, None, None], rho, opposite(rho))


def within_disc(maps: Tensor, view: View) -> Tensor:
    """Maps on a torus as wide as the image, within the Hann disc, r = 0 removed.

    Parameters
    ----------
    maps : Tensor, shape (n, energies, size, size)
        LDOS on the torus, 1 / meV per cell.
    view : View
        Pixels of the image, and the disc.

    Returns
    -------
    Tensor, shape (n, energies, pixels, pixels)
    """
    return _padded(maps, view.pixels) * disc(view).to(maps)


def with_noise(maps: Tensor, white: Tensor, pink: Tensor, generator: torch.Generator) -> Tensor:
    """Maps with the noise of an image.

    Its standard deviation over q is `white` (`pink`) times the image's own over q != 0. White noise
    has equal power at all r; that of pink noise falls as 1 / |r|, the frequency of an image in q. A
    map is real, so that noise at q and -q is one.

    Parameters
    ----------
    maps : Tensor, shape (n, energies, pixels, pixels)
        From `within_disc`.
    white, pink : Tensor, shape (n,)
        Standard deviations of the noise, in units of the image's.
    generator : Generator
    """
    even = 0.5 * (maps + opposite(maps))
    cells = maps.shape[-1] ** 2
    # Parseval: the sum over q of (Re FT)^2, less q = 0.
    power = cells * even.square().sum((-2, -1)) - even.sum((-2, -1)).square()
    deviation = (power.clamp(min=0) / (cells - 1)).sqrt()
    # Re FT of noise with deviation s at each r has deviation s sqrt(cells / 2).
    unit = deviation * (2 / cells) ** 0.5
    for level, envelope in ((white, None), (pink, pink_envelope(maps.shape[-1]))):
        if not bool(level.any()):
            continue
        noise = torch.randn(maps.shape, generator=generator, device=generator.device).to(maps)
        if envelope is not None:
            noise *= envelope.to(maps)
        maps = maps + (level[:, None] * unit)[..., None, None] * noise
    return maps


def noise_levels(
    noise: Noise, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Levels of white and pink noise of training samples, shape (count,); some have none at all."""
    white, pink = (rng.uniform(*bounds, count) for bounds in (noise.white, noise.pink))
    noisy = rng.random(count) >= noise.clean
    return white * noisy, pink * noisy


def turned(maps: Tensor, matrix: np.ndarray) -> Tensor:
    """Maps on the torus after an operation of the lattice."""
    index = _index(tuple(matrix.flatten().tolist()), maps.shape[-1]).to(maps.device)
    flat = maps.flatten(-2)
    # The same numbers as flat[..., index], in a quarter of its time.
    return flat.gather(-1, index.expand(flat.shape)).view(maps.shape)


def threefold_mean(maps: Tensor, turn: np.ndarray = THIRD_TURN) -> Tensor:
    """Mean of maps on the torus over the three powers of a rotation by 2 pi / 3."""
    once = turned(maps, turn)
    return (maps + once + turned(once, turn)) / 3


@lru_cache
def _index(matrix: tuple[int, ...], pixels: int) -> Tensor:
    return torch.from_numpy(permutation(np.array(matrix).reshape(2, 2), pixels))


def _padded(maps: Tensor, pixels: int) -> Tensor:
    """Maps on a larger torus; the disc hides the seam."""
    size = maps.shape[-1]
    if size == pixels:
        return maps
    kept = torch.fft.fftshift(maps, (-2, -1))
    before = pixels // 2 - size // 2
    after = pixels - size - before
    return on_torus(torch.nn.functional.pad(kept, (before, after, before, after)))


def disc(view: View) -> Tensor:
    """Hann disc with r = 0 removed, shape (pixels, pixels)."""
    return torch.from_numpy(hann_disc(view.pixels, view.radius))


@lru_cache
def pink_envelope(pixels: int) -> Tensor:
    """Amplitude of pink noise against r, mean square one, shape (pixels, pixels)."""
    r = distance(pixels)
    amplitude = 1 / np.sqrt(np.maximum(r, 1))
    amplitude[0, 0] = 0.0
    return torch.from_numpy(amplitude / np.sqrt((amplitude**2).mean()))
