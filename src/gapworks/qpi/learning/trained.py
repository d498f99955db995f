"""The qpi study's trained networks, and what they say of LDOS maps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from gapworks.factory.reading import Header
from gapworks.learning import trained
from gapworks.learning.memory import freed_memory_kept
from gapworks.qpi.data.measured.treatment import Treated, treat
from gapworks.qpi.learning.doubt import Doubt
from gapworks.qpi.learning.familiarity import FAMILIAR, Familiarity
from gapworks.qpi.learning.features import (
    AT_ONCE,
    E_CLASSES,
    features,
    has_two_components,
    stored_maps,
    windows,
)
from gapworks.qpi.learning.images import images
from gapworks.qpi.learning.images import with_noise as noise_of_images
from gapworks.qpi.learning.maps import View, turned, within_disc
from gapworks.qpi.learning.maps import with_noise as noise_of_maps
from gapworks.qpi.learning.network import TwoHeads
from gapworks.qpi.network_config import Images
from gapworks.qpi.physics.point_group import group, reciprocal
from gapworks.qpi.steps import Train


@dataclass(frozen=True)
class Answers:
    """What a network says of n samples.

    Attributes
    ----------
    probability : ndarray, shape (n, 5)
        Of `network.CLASSES`.
    theta : ndarray, shape (n,)
        Mixing angle, rad, in [0, pi).
    eps0, delta : ndarray, shape (n,)
        meV; Delta of the A2u gap for A12u.
    phi : ndarray, shape (n,), or None
        |phi|, rad, of networks that were asked for it.
    members : ndarray of bool, shape (n, 5), or None
        Classes of the 90 % set, of networks whose doubt is calibrated.
    """

    probability: np.ndarray
    theta: np.ndarray
    eps0: np.ndarray
    delta: np.ndarray
    phi: np.ndarray | None = None
    members: np.ndarray | None = None

    @property
    def label(self) -> np.ndarray:
        """The likeliest class, shape (n,)."""
        return self.probability.argmax(1)


class Threshold(BaseModel):
    """What a card says of familiar maps."""

    threshold: float


class TrainingData(trained.TrainingData):
    """What a card says of the training data."""

    n_effective: int


class Card(trained.Card):
    """What the card of a network must say."""

    training_data: TrainingData
    familiar: Threshold | None = None
    """None of networks of images, which are shown no map of a person's own."""
    doubt: Doubt | None = None
    """None of those, too."""
    best_epoch: int


@dataclass(frozen=True, repr=False)
class Network(trained.TrainedNetwork):
    """A trained network with its card."""

    settings: Train
    familiar: Familiarity | None = None
    doubt: Doubt | None = None

    study = "qpi"
    Card = Card

    @classmethod
    def from_package(cls, weights: dict[str, Tensor], card: dict[str, Any]) -> Self:
        """From what a package holds, with what it knows of the training's maps."""
        own = [name for name in weights if name.startswith(FAMILIAR)]
        tensors = {name.removeprefix(FAMILIAR): weights.pop(name) for name in own}
        familiar = None
        if card.get("familiar"):
            familiar = Familiarity(tensors, card["familiar"]["threshold"])
        model = cls.build(card["architecture"])
        model.load_state_dict(weights)
        doubt = Doubt.model_validate(card["doubt"]) if card.get("doubt") else None
        network = cls(model.eval(), card, Train.model_validate(card["settings"]), familiar, doubt)
        if not network.of_images:
            wanted = network.view.scalar_count(len(network.settings.condition.energies))
            if card["architecture"]["scalars"] != wanted:
                raise ValueError(
                    f"it takes {card['architecture']['scalars']} scalars, here {wanted} are made"
                )
        return network

    @staticmethod
    def build(architecture: dict[str, Any]) -> TwoHeads:
        """The network, freshly initialised."""
        return TwoHeads(**architecture)

    @property
    def of_images(self) -> bool:
        """Whether it is shown images of eq. 12; else maps."""
        return isinstance(self.settings.inputs, Images)

    @property
    def view(self) -> View:
        """What a network of maps is shown of them."""
        return View.of(self.settings.inputs, self.settings.condition)

    def samples(self, path: Path, header: Header) -> tuple[dict[str, Tensor], Tensor]:
        """The valid samples of a data set, and what `answer` takes of them, without noise.

        Raises
        ------
        DataError
            If the data set does not hold what the network is shown.
        """
        if self.of_images:
            arrays = images(path, header, self.settings.inputs.pixels)
            return arrays, arrays["image"]
        view = self.view
        arrays = windows(path, header, self.settings.condition.energies, view)
        parts = [
            within_disc(stored_maps(arrays, slice(first, first + AT_ONCE)), view)
            for first in range(0, len(arrays["label"]), AT_ONCE)
        ]
        return arrays, torch.cat(parts)

    def noisy(
        self, samples: Tensor, white: float, pink: float, generator: torch.Generator
    ) -> Tensor:
        """Samples with noise of these levels, in units of the image's deviation over q."""
        levels = (torch.full((len(samples),), level) for level in (white, pink))
        add = noise_of_images if self.of_images else noise_of_maps
        return add(samples, *levels, generator)

    def judge(self, maps: np.ndarray) -> tuple[list[Treated], list[str | None]]:
        """Maps centred and levelled, and why some should not be answered.

        Parameters
        ----------
        maps : ndarray, shape (n, energies, size, size)
            Any unit; NaN where nothing was measured.
        """
        size = maps.shape[-1]
        treated = [_scaled(treat(one, self.view.radius, size)) for one in maps]
        refused = [one.refused for one in treated]
        rest = [number for number, one in enumerate(treated) if one.refused is None]
        if rest and self.familiar is not None:
            stack = np.stack([treated[number].maps for number in rest])
            for number, reason in zip(rest, self.familiar.judge(stack, self.view), strict=True):
                refused[number] = reason
        return treated, refused

    @torch.no_grad()
    @freed_memory_kept()
    def answer(self, maps: Tensor) -> Answers:
        """Classes and parameters of LDOS maps, or of images.

        The symmetry copies of a map, six and as many half turned, are put through the network;
        scores are averaged, and the angles of Eg and Eu turned back, where it was trained so.

        Parameters
        ----------
        maps : Tensor, shape (n, energies, pixels, pixels)
            On the torus, within the disc: from `maps.within_disc`. Of networks that are shown
            images, those, from `images.images`: they are put through once.
        """
        operations = [(1.0, *one) for one in group()[:1]]
        if not self.of_images and self.settings.inputs.symmetry_copies:
            # Half a turn changes the sign of Im FT, which is a channel or is not there.
            halves = (1.0, -1.0) if self.view.odd_channels else (1.0,)
            operations = [(half, *one) for half in halves for one in group()]
        parts = maps.split(AT_ONCE)
        if self.of_images:
            seen = [(part, part.new_zeros(len(part), 0)) for part in parts]
        else:
            seen = [features(part, self.view) for part in parts]
        scores, answers = 0.0, 0.0
        for half, matrix, sign, shift in operations:
            # An image turns with its map; scalars stay.
            turn = reciprocal(matrix)
            parts = [
                self.model(turned(half_turned(channels, half), turn), scalars)
                for channels, scalars in seen
            ]
            logits, parameters = (torch.cat(part) for part in zip(*parts, strict=True))
            scores = scores + logits.log_softmax(1) / len(operations)
            values = parameters * self.model.target_scale + self.model.target_mean
            answers = answers + self._turned_back(values, logits, sign, shift) / len(operations)
        probability = (scores / (self.doubt.temperature if self.doubt else 1.0)).softmax(1)
        label = probability.argmax(1)
        row = label if answers.shape[1] > 1 else torch.zeros_like(label)
        chosen = answers[torch.arange(len(label)), row]
        theta = 0.5 * torch.atan2(chosen[:, 0], chosen[:, 1])
        made = (probability, theta % torch.pi, *chosen[:, 2:].unbind(1))
        found = Answers(*(tensor.double().numpy() for tensor in made))
        if self.doubt is None:
            return found
        return replace(found, members=self.doubt.members(found.probability))

    @staticmethod
    def _turned_back(values: Tensor, logits: Tensor, sign: float, shift: float) -> Tensor:
        """theta' = sign theta + shift undone in (sin 2 theta, cos 2 theta) of Eg and Eu."""
        angle = torch.atan2(values[..., 0], values[..., 1])
        length = torch.hypot(values[..., 0], values[..., 1])
        back = sign * (angle - 2 * shift)
        if values.shape[1] > 1:
            moves = torch.zeros(values.shape[1], dtype=torch.bool)
            moves[E_CLASSES] = True
        else:
            label = logits.argmax(1, keepdim=True)
            moves = has_two_components(label)
        angle = torch.where(moves, back, angle)
        embedded = torch.stack([length * angle.sin(), length * angle.cos()], -1)
        return torch.cat([embedded, values[..., 2:]], -1)


def half_turned(channels: Tensor, half: float) -> Tensor:
    """Channels of a map (half = 1), or of the map at -r (-1): Im FT changes its sign."""
    if half == 1.0:
        return channels
    channels = channels.clone()
    channels[:, 2::3] *= half
    return channels


def _scaled(treated: Treated) -> Treated:
    """Every energy's map in a unit in which single precision holds it; no network sees units."""
    unit = np.abs(treated.maps).max((-2, -1), keepdims=True)
    return replace(treated, maps=treated.maps / np.where(unit > 0, unit, 1.0))
