"""What a network sees of a data set of images: eq. 12 itself, in one unit for all, q = 0 in the
middle; and such images with noise, as they are shown in training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header, read
from gapworks.qpi.learning.maps import noise_levels, pink_envelope
from gapworks.qpi.network_config import ImageCondition, Images
from gapworks.qpi.physics.image import pixel_means

OF_SAMPLE = ("label", "theta", "eps0", "delta_reported", "phi")
"""What is kept of a sample beside its image, in this order; phi where the data set has one."""


def images(
    path: Path, header: Header, pixels: int, rows: slice = slice(None), only_valid: bool = True
) -> dict[str, Tensor]:
    """The valid samples of a data set of images as tensors.

    Parameters
    ----------
    path, header
        Of the data set.
    pixels : int
        Width that is wanted; a divisor of that of the images kept, of which means are taken.
    rows : slice
        Samples that are wanted.
    only_valid : bool
        Leave out those that failed.

    Returns
    -------
    dict of str to Tensor
        image (n, 1, pixels, pixels), 1 / meV, q = 0 at [pixels // 2, pixels // 2]; label, theta,
        eps0, delta_reported (A2u-equivalent) and, where there are phases, phi, each (n,).

    Raises
    ------
    DataError
        If the data set holds windows, or images of which no such means can be taken.
    """
    if "image" not in header.checksums:
        raise DataError(f"{path}: holds windows of the Green function, not images of eq. 12")
    stored = header.attributes["settings"]
    width = stored.get("pixels") or stored["n_effective"]
    if width % pixels:
        raise DataError(
            f"{path}: images are {width} wide, which {pixels} does not divide "
            "(qpi.networks.images.pixels)"
        )
    phases = ["phases"] if "phases" in header.checksums else []
    names = ["label", "theta", "eps0", "delta_reported", "valid", "image", *phases]
    arrays = read(path, names, rows)
    valid = (arrays["valid"] == 1) | (not only_valid)
    shown = np.fft.fftshift(pixel_means(arrays["image"][valid], pixels), (-2, -1))
    made = {
        "image": torch.from_numpy(shown.astype(np.float32))[:, None],
        "label": torch.from_numpy(arrays["label"][valid]).long(),
    }
    for name in ("theta", "eps0", "delta_reported"):
        made[name] = torch.from_numpy(arrays[name][valid].astype(np.float32))
    if phases:
        made["phi"] = torch.from_numpy(arrays["phases"][valid, 0].astype(np.float32))
    return made


def with_noise(images: Tensor, white: Tensor, pink: Tensor, generator: torch.Generator) -> Tensor:
    """Images with noise of their own at each q.

    Parameters
    ----------
    images : Tensor, shape (n, 1, pixels, pixels)
    white, pink : Tensor, shape (n,)
        Standard deviations of the noise over q, in units of the image's; the power of pink noise
        falls as 1 / |r|, the frequency of an image in q.
    generator : Generator
    """
    deviation = images.std((-2, -1), correction=0, keepdim=True)
    for level, colour in ((white, "white"), (pink, "pink")):
        if not bool(level.any()):
            continue
        noise = torch.randn(images.shape, generator=generator, device=generator.device).to(images)
        if colour == "pink":
            envelope = pink_envelope(images.shape[-1]).to(images)
            noise = torch.fft.ifft2(torch.fft.fft2(noise) * envelope).real
        images = images + level[:, None, None, None] * deviation * noise
    return images


class ImageDrawing:
    """Draws a batch of what a network sees of images, and what it should answer.

    Parameters
    ----------
    inputs : Images
        Noise.
    condition : ImageCondition
        Whether there is any.
    target_mean, target_scale : list of float
        Normalisation of the targets: (sin 2 theta, cos 2 theta, eps_0, Delta) and, of images with a
        phase, |phi|.
    """

    def __init__(
        self,
        inputs: Images,
        condition: ImageCondition,
        target_mean: Sequence[float],
        target_scale: Sequence[float],
    ) -> None:
        self.inputs, self.noise = inputs, condition.noise
        self.mean, self.scale = torch.tensor(target_mean), torch.tensor(target_scale)

    def __call__(
        self, batch: tuple[Tensor, ...], rng: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Channels, scalars (none), label and normalised targets of samples, in new noise."""
        shown = batch[0]
        if self.noise:
            levels = noise_levels(self.inputs, len(shown), rng)
            generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
            white, pink = (torch.from_numpy(level.astype(np.float32)) for level in levels)
            shown = with_noise(shown, white.to(shown), pink.to(shown), generator)
        return shown, shown.new_zeros(len(shown), 0), batch[1], self._targets(*batch[2:])

    def validation(self, arrays: dict[str, Tensor], seed: int) -> tuple[Tensor, ...]:
        """The same for a whole data set, once: the middle of the noise, or none."""
        shown = arrays["image"]
        if self.noise:
            generator = torch.Generator().manual_seed(seed)
            bounds = self.inputs.white, self.inputs.pink
            middle = [torch.full((len(shown),), float(np.mean(bound))) for bound in bounds]
            shown = with_noise(shown, *middle, generator)
        known = [arrays[name] for name in OF_SAMPLE[1:] if name in arrays]
        return shown, shown.new_zeros(len(shown), 0), arrays["label"], self._targets(*known)

    def _targets(self, theta: Tensor, eps0: Tensor, delta: Tensor, *phi: Tensor) -> Tensor:
        targets = torch.stack([(2 * theta).sin(), (2 * theta).cos(), eps0, delta, *phi], 1)
        return (targets - self.mean.to(targets)) / self.scale.to(targets)
