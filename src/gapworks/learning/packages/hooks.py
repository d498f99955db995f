"""What a study says of its networks to a package: its module `inference/packaged.py`.

example(network) -> Example             an input like those of the training
answers(network, given) -> Answers      what the network says of it, by quantity
about(network) -> About                 the card in words
exported(network) -> Exported           the network for other programs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

UNSEEN = 10**9
"""Index of the sample that an example is drawn as: no data set is so large."""


@dataclass(frozen=True)
class About:
    """A network in words; each entry is a sentence or a clause.

    Attributes
    ----------
    task : str
        What goes in and what comes out, with units.
    ranges : sequence of str
        What the training data cover.
    metrics : sequence of str
        How large its errors are, on what, and where it is calibrated.
    limits : sequence of str
        What it is not for, and what is refused.
    normalisation : str
        Where it is, and whether a user has anything to do.
    """

    task: str
    ranges: Sequence[str]
    metrics: Sequence[str]
    limits: Sequence[str]
    normalisation: str


@dataclass(frozen=True)
class Exported:
    """A network for other programs: what an ONNX graph is made of.

    Attributes
    ----------
    module : torch.nn.Module
    inputs : sequence of Tensor
        An example; the first axis of each is the batch, of any size.
    names : sequence of str
        Of the inputs, in order.
    outputs : sequence of str
        Names of what comes out.
    said : str
        Shapes and units of both, and what has to be done before and after.
    """

    module: torch.nn.Module
    inputs: Sequence[torch.Tensor]
    names: Sequence[str]
    outputs: Sequence[str]
    said: str
