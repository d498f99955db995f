"""How often maps that were treated as people's maps are, are answered, and how often rightly.

    python benchmarks/own_maps.py NETWORK.safetensors TEST.h5 [SAMPLES]

Maps of a test set, with noise, then moved, tilted, turned, rippled and so on, are judged and
answered as by `gapworks predict qpi`. Wrong, > .9: a probability above .9 for another class. In the
set: the 90 % set holds the right class; of so many classes on average.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import map_coordinates

from gapworks.factory.reading import verify
from gapworks.qpi.data.measured import centre
from gapworks.qpi.learning.familiarity import measured
from gapworks.qpi.learning.features import stored_maps, windows
from gapworks.qpi.learning.maps import on_torus, pink_envelope, within_disc
from gapworks.qpi.learning.trained import Network


def main(network: Path, data: Path, samples: int) -> None:
    """Print a row of the table for each treatment."""
    asked = Network.load(network)
    view = asked.view
    energies = asked.settings.condition.energies
    arrays = windows(data, verify(data), energies, view, slice(0, samples))
    label = arrays["label"].numpy()
    maps = stored_maps(arrays)
    head = ("treatment", "answered", "hits of those", "in the set", "of classes", "confidence")
    head += ("wrong, > .9",)
    print(f"{len(maps)} maps\n| {' | '.join(head)} |\n{'|---' * len(head)}|")
    for name, treated in treatments(maps, view):
        shown, reasons = asked.judge(treated.double().numpy())
        ok = np.array([reason is None for reason in reasons])
        row = f"| {name} | {ok.mean():.3f} |"
        if ok.any():
            stack = np.stack([one.maps for one in shown]).astype(np.float32)[ok]
            answers = asked.answer(within_disc(on_torus(torch.from_numpy(stack)), view))
            hit, sure = answers.label == label[ok], answers.probability.max(1)
            held = answers.members[np.arange(len(hit)), label[ok]]
            wrong = np.mean(~hit & (sure > 0.9)) * ok.mean()
            row += f" {hit.mean():.3f} | {held.mean():.3f} | {answers.members.sum(1).mean():.2f} |"
            row += f" {sure.mean():.3f} | {wrong:.3f} |"
        print(row if ok.any() else f"{row} | | | | 0 |", flush=True)


def treatments(maps: torch.Tensor, view) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and maps, the impurity at [size // 2, size // 2] unless it was moved."""
    count, size = len(maps), maps.shape[-1]
    generator = torch.Generator().manual_seed(3)

    def noisy(level):
        white = torch.full((count,), level)
        made = measured(maps, view, white, 0 * white, generator)
        return torch.fft.fftshift(made, (-2, -1))

    for level in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        yield f"noise {level:g}", noisy(level)
    noise = torch.randn(maps.shape, generator=generator)
    f = torch.from_numpy(np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)))
    f[0, 0] = 1
    yield "white noise alone", noise
    yield "random bytes", torch.randint(0, 256, maps.shape, generator=generator)
    yield "1 / f noise alone", torch.fft.ifft2(torch.fft.fft2(noise) / f).real
    yield "noise about the centre alone", noise * torch.fft.fftshift(pink_envelope(size))
    map_ = noisy(0.2)
    unit = within_disc(maps, view).square().mean((-2, -1)).sqrt()[..., None, None]
    x = torch.linspace(-1, 1, size)
    cell = torch.arange(size)
    for shift in ((1, 0), (3, -2), (12, 12)):
        yield f"moved by {shift}", map_.roll(shift, (-2, -1))
    yield "1 added", map_ + 1.0
    yield "slope of 10 deviations", map_ + 10 * unit * x[:, None]
    for size_ in (1, 2, 10):
        yield f"bowl of {size_}", map_ + size_ * unit * (x[:, None] ** 2 + x**2)
    for size_ in (0.3, 1, 10):
        ripple = torch.sin(2 * np.pi * (cell[:, None] + 0.3 * cell) / 5.3)
        yield f"ripples of {size_}", map_ + size_ * unit * ripple
    yield "times 1e6", 1e6 * map_
    yield "rows the other way", map_.flip(-2)
    yield "rows and columns changed over", map_.transpose(-1, -2)
    yield "half a turn", map_.flip((-2, -1))
    yield "image in q", torch.fft.fftshift(torch.fft.fft2(on_torus(map_)).real, (-2, -1))
    yield "between two cells", 0.5 * (map_ + map_.roll(1, -1))
    yield "half a cell off", shifted(map_, 0.5, 0.3)
    lines = torch.randn(*maps.shape[:3], 1, generator=generator)
    yield "steps between rows of 2", map_ + 2 * unit * lines
    yield "a drift of 3 per cent", warped(map_, lambda i, j: (i, j + 0.03 * i))
    yield "cut at one side", torch.where(cell < size - 12, map_.roll(12, -1), np.nan)
    yield "a third of the rows missing", torch.where(cell[:, None] % 3 == 0, np.nan, map_)
    yield "square pixels", warped(map_, lambda i, j: (j - i / 3**0.5, 2 * i / 3**0.5))
    for scale in (0.8, 0.95):
        yield f"scaled by {scale}", warped(map_, lambda i, j, s=scale: (s * i, s * j))
    second = map_ + 0.7 * map_.roll(1, 0).roll((5, 7), (-2, -1))
    yield "a second impurity", second
    if maps.shape[1] > 1:
        yield "energies changed over", map_.flip(1)
        yield "second energy of another", torch.stack([map_[:, 0], map_.roll(7, 0)[:, 1]], 1)


def shifted(maps: torch.Tensor, row: float, column: float) -> torch.Tensor:
    """Maps moved by a fraction of a cell, by Fourier series."""
    moved = [centre.moved(one, -row, -column) for one in maps.double().numpy()]
    return torch.from_numpy(np.stack(moved))


def warped(maps: torch.Tensor, place) -> torch.Tensor:
    """Maps read off between their cells."""
    half = maps.shape[-1] // 2
    i, j = np.meshgrid(*2 * [np.arange(-half, maps.shape[-1] - half)], indexing="ij")
    at = np.array(place(i, j)) + half
    flat = maps.flatten(0, 1).numpy()
    made = np.stack([map_coordinates(one, at, order=1, mode="constant") for one in flat])
    return torch.from_numpy(made).unflatten(0, maps.shape[:2])


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), int([*sys.argv, 10**9][3]))
