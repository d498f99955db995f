"""Networks for other programs: ONNX, held against the network itself before it is written."""

from __future__ import annotations

import io
import logging
import warnings
from importlib import import_module
from typing import Any

import numpy as np
import torch

from gapworks.factory.errors import DataError
from gapworks.learning.packages.hooks import Exported

OPSET = 18
PARITY = 1e-5
"""Largest difference from the network, over the largest number of an output."""
BATCHES = (1, 5)
"""Sizes of batches that are tried."""


def export(network: Any, packaged: str) -> tuple[bytes, dict[str, Any]]:
    """A network as ONNX, and what is said of it.

    Parameters
    ----------
    network : TrainedNetwork
    packaged : str
        The study's module with `exported`.

    Raises
    ------
    DataError
        If it cannot be exported, or does not answer as the network does.
    ModuleNotFoundError
        Without the extra `export`.
    """
    import onnx  # noqa: F401  what is missing is named before the work
    import onnxruntime  # noqa: F401
    import onnxscript  # noqa: F401

    said: Exported = import_module(packaged).exported(network)
    name = network.card["name"]
    content = graph(said)
    difference = parity(said, content)
    if not difference <= PARITY:
        raise DataError(
            f"{name}: its export to ONNX is off by {difference:.2g} of the largest number, more "
            f"than {PARITY:g}: not written; use the network by gapworks"
        )
    return content, {
        "file": f"{name}.onnx",
        "opset": OPSET,
        "inputs": list(said.names),
        "outputs": list(said.outputs),
        "said": said.said,
        "difference": difference,
    }


def graph(said: Exported) -> bytes:
    """The ONNX graph of a network whose first axis is the batch."""
    content, batch = io.BytesIO(), torch.export.Dim("batch")
    model = said.module.eval()
    # That torchvision is not there is no user's business.
    logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch to its own developers
        program = torch.onnx.export(
            model,
            tuple(said.inputs),
            input_names=list(said.names),
            output_names=list(said.outputs),
            opset_version=OPSET,
            dynamic_shapes=tuple({0: batch} for _ in said.inputs),
            dynamo=True,
            verbose=False,
        )
        program.save(content)
    return content.getvalue()


def parity(said: Exported, content: bytes) -> float:
    """Largest difference between a graph and its network, over the largest number of the output."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    for size in BATCHES:
        given = [_batch(one, size) for one in said.inputs]
        with torch.no_grad():
            wanted = said.module(*given)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        feed = {name: one.numpy() for name, one in zip(said.names, given, strict=True)}
        for one, other in zip(session.run(None, feed), wanted, strict=True):
            other = other.numpy()
            worst = max(worst, float(np.abs(one - other).max() / np.abs(other).max()))
    return worst


def _batch(one: torch.Tensor, size: int) -> torch.Tensor:
    """The example's rows in turn, each scaled a little differently: no two are the same."""
    rows = one[torch.arange(size) % len(one)]
    factors = 1 + 0.01 * torch.arange(size, dtype=one.dtype)
    return rows * factors.reshape(-1, *[1] * (one.ndim - 1))
