"""Padding of what is periodic: rings of sites, images on a torus."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def padded(x: Tensor, rows: int, columns: int) -> Tensor:
    """Go on periodically beyond the edges of the last two axes.

    The same numbers as `torch.nn.functional.pad(..., mode="circular")`; its gradient is summed in
    one pass, where torch fills a tensor with zeros for each of the edges and adds them up.

    Parameters
    ----------
    x : Tensor, shape (n, channels, height, width)
    rows, columns : int
        Cells that are added on either side; at most the height and the width.

    Returns
    -------
    Tensor, shape (n, channels, height + 2 rows, width + 2 columns)
        In the memory format of x.
    """
    return _Padded.apply(x, rows, columns)


class _Padded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: int, columns: int) -> Tensor:
        ctx.reach = rows, columns
        height, width = x.shape[-2:]
        shape = (*x.shape[:-2], height + 2 * rows, width + 2 * columns)
        made = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=_format(x))
        for there, here in _pieces(height, width, rows, columns):
            made[there] = x[here]
        return made

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        rows, columns = ctx.reach
        height, width = gradient.shape[-2] - 2 * rows, gradient.shape[-1] - 2 * columns
        (middle, _), *edges = _pieces(height, width, rows, columns)
        made = gradient[middle].clone(memory_format=_format(gradient))
        for there, here in edges:
            made[here] += gradient[there]
        return made, None, None


def _pieces(height: int, width: int, rows: int, columns: int) -> list[tuple[Any, Any]]:
    """Where each piece of the padded image is, and where in the image it comes from; the image
    itself is the first."""
    along = [
        [
            (slice(reach, reach + length), slice(0, length)),
            (slice(0, reach), slice(length - reach, length)),
            (slice(reach + length, None), slice(0, reach)),
        ][: 3 if reach else 1]
        for length, reach in ((height, rows), (width, columns))
    ]
    return [((..., y, x), (..., v, u)) for y, v in along[0] for x, u in along[1]]


def _format(x: Tensor) -> torch.memory_format:
    channels_last = x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if channels_last else torch.contiguous_format
