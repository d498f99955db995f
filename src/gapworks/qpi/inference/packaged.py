"""Networks of the qpi study by name and as model packages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from gapworks.learning.library import open_network
from gapworks.learning.packages.example import Answers, Example
from gapworks.learning.packages.hooks import UNSEEN, About, Exported
from gapworks.qpi.config import CLASSES, Physics
from gapworks.qpi.data.draw import draw
from gapworks.qpi.learning.familiarity import KEPT
from gapworks.qpi.learning.features import features
from gapworks.qpi.learning.maps import on_torus, within_disc
from gapworks.qpi.learning.network import TARGETS, WITH_PHASE, TwoHeads
from gapworks.qpi.learning.trained import Network
from gapworks.qpi.physics.image import image, pixel_means
from gapworks.qpi.physics.ldos import ldos_window

_ACCURACY = 0.05
"""Of the example's maps, relative: a number that any network can be asked about."""


def load_network(network: str | Path, scale: str | None = None) -> Network:
    """A trained network of the qpi study.

    Parameters
    ----------
    network : str or Path
        Its name, "small-converged" or "vgg16-faithful": looked for in results/SCALE/qpi/models of
        this folder, then among installed packages; or the path of weights or of a package.
    scale : str, optional
        None: that of config.yaml in this folder, else laptop.

    Returns
    -------
    Network
        `judge(maps)` treats maps of shape (n, energies, size, size) and says which are unlike the
        training's; `answer` gives classes and parameters.

    Raises
    ------
    DataError
        If there is none of that name; the message says what there is and how to make it. Or if it
        is damaged, another study's, or does not answer its package's example as it should.
    """
    return open_network(Network, network, scale)


def example(network: Network) -> Example:
    """A superconductor drawn like those of its training: maps, or an image of eq. 12."""
    physics = _physics(network)
    p = draw(0, 0, physics, UNSEEN).p
    said = f"{p.irrep} with Delta {p.delta:.3g} meV, eps_0 {p.eps0:.4g} meV, v {p.impurity:.4g} meV"
    if network.of_images:
        whole = image(p, network.card["training_data"]["n_effective"], dtype=np.float32)
        shown = np.fft.fftshift(pixel_means(whole, network.settings.inputs.pixels))
        return Example(shown[None, None].astype(np.float32), f"image of eq. 12 of {said}, 1/meV")
    energies = network.settings.condition.energies
    maps = [
        ldos_window(replace(p, omega=omega), physics.window, _ACCURACY).values for omega in energies
    ]
    return Example(np.array(maps), f"change of the LDOS at {energies} meV by an impurity: {said}")


def answers(network: Network, given: np.ndarray) -> Answers:
    """Probabilities and parameters; 2 theta by its sine and cosine, energies in meV.

    Parameters
    ----------
    network : Network
    given : ndarray, shape (energies, size, size) of maps or (1, 1, pixels, pixels) of an image
        As from `example`.
    """
    found = network.answer(_shown(network, given))
    said = {
        "probability": found.probability[0],
        "direction_of_2_theta": np.array([np.sin(2 * found.theta[0]), np.cos(2 * found.theta[0])]),
        "delta_meV": found.delta,
        "eps0_meV": found.eps0,
    }
    return said | ({} if found.phi is None else {"phi_rad": found.phi})


def about(network: Network) -> About:
    """Its card in words."""
    card, settings, physics = network.card, network.settings, _physics(network)
    shown = (
        f"an image of eq. 12, {settings.inputs.pixels} x {settings.inputs.pixels}, 1/meV, q = 0 in "
        "the middle"
        if network.of_images
        else f"maps of the LDOS around an impurity at {settings.condition.energies} meV, in any "
        f"unit, {physics.window} x {physics.window} to {settings.inputs.pixels} x "
        f"{settings.inputs.pixels} lattice cells"
    )
    noise = settings.inputs
    ranges = [
        f"{name} {low:g} to {high:g} meV"
        for name, (low, high) in (
            ("Delta", physics.delta),
            ("eps_0", physics.eps0),
            ("|v|", physics.impurity),
            ("broadening", physics.broadening),
        )
    ]
    return About(
        task=f"{shown}, to probabilities of {', '.join(CLASSES)}, the mixing angle theta, Delta "
        "and eps_0 (meV)",
        ranges=[
            *ranges,
            f"noise in training: white {noise.white[0]:g} to {noise.white[1]:g}, pink "
            f"{noise.pink[0]:g} to {noise.pink[1]:g} of an image's deviation",
            "a triangular lattice with the hopping of NbSe2, as in `training_data.physics`",
        ],
        metrics=[
            f"validation loss {card['validation_loss']:.3g} (eq. 16)",
            "familiarity: the statistics of the training's maps are among the weights, and the "
            f"threshold {network.card['familiar']['threshold']:.4g} lets {KEPT:.0%} of maps drawn "
            "alike pass"
            if card.get("familiar")
            else "no familiarity statistics: maps unlike the training's are not told apart",
        ],
        limits=[
            "probabilities are of these classes and this model; `gapworks identify` fits the model "
            "itself and says how often its set holds the right one",
            "images of one impurity in one unit alone: no maps of a person's own"
            if network.of_images
            else "maps without an impurity, with several, or unlike those of training are refused",
        ],
        normalisation="inside the network (`unit`) for what goes in; parameters come out "
        "normalised by `target_mean` and `target_scale` of `architecture` in the card, which "
        "`predict` undoes",
    )


def exported(network: Network) -> Exported:
    """From channels and scalars to scores and parameters in their units."""
    shown = _shown(network, example(network).given)
    seen = (shown, shown.new_zeros(1, 0)) if network.of_images else features(shown, network.view)
    pixels, scalars = seen[0].shape[-1], seen[1].shape[1]
    channels = seen[0].shape[1]
    inputs = [part.repeat(2, *[1] * (part.ndim - 1)) for part in seen]
    targets = WITH_PHASE if network.model.targets > len(TARGETS) else TARGETS
    said = (
        f"channels: (batch, {channels}, {pixels}, {pixels}) float32, "
        + ("the image, 1/meV" if network.of_images else "as of gapworks.qpi.learning.features")
        + f"; scores: (batch, {len(CLASSES)}), logits of {', '.join(CLASSES)}; parameters: (batch, "
        f"{network.model.answers}, {len(targets)}), {', '.join(targets)} in their units, of each "
        "class" + ("" if network.model.answers > 1 else " alike")
    )
    names = ["channels"]
    if scalars:
        names.append("scalars")
        said += f"; scalars: (batch, {scalars}), likewise"
    return Exported(
        InUnits(network.model, bool(scalars)),
        *(inputs[: len(names)], names, ["scores", "parameters"]),
        said=said,
    )


class InUnits(nn.Module):
    """A network whose parameters come out in their units.

    Parameters
    ----------
    model : TwoHeads
    scalars : bool
        Whether it takes scalars.
    """

    def __init__(self, model: TwoHeads, scalars: bool) -> None:
        super().__init__()
        self.model, self.scalars = model, scalars

    def forward(self, channels: Tensor, scalars: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Scores (n, 5) and parameters (n, answers, targets); meV where they are energies."""
        given = scalars if self.scalars else channels.new_zeros(channels.shape[0], 0)
        scores, parameters = self.model(channels, given)
        return scores, parameters * self.model.target_scale + self.model.target_mean


def _shown(network: Network, given: np.ndarray) -> Tensor:
    """What `Network.answer` takes of an example."""
    if network.of_images:
        return torch.from_numpy(given)
    treated, _ = network.judge(given[None])
    shown = np.stack([one.maps for one in treated]).astype(np.float32)
    return within_disc(on_torus(torch.from_numpy(shown)), network.view)


def _physics(network: Network) -> Physics:
    return Physics.model_validate(network.card["training_data"]["physics"])
