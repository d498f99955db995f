"""Networks of the chain study by name and as model packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from gapworks.chain.config import Physics
from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.learning.trained import Network
from gapworks.learning.library import open_network
from gapworks.learning.packages.example import Answers, Example
from gapworks.learning.packages.hooks import UNSEEN, About, Exported

RINGS = 2
"""Of an example."""


def load_network(network: str | Path, scale: str | None = None) -> Network:
    """A trained network of the chain study.

    Parameters
    ----------
    network : str or Path
        Its name, "surrogate" or "window-r8-n220": looked for in results/SCALE/chain/models of this
        folder, then among installed packages; or the path of weights or of a package.
    scale : str, optional
        None: that of config.yaml in this folder, else laptop.

    Returns
    -------
    Network
        `predict(V)` gives Delta, units of t, of rings V, shape (..., L), units of t.

    Raises
    ------
    DataError
        If there is none of that name; the message says what there is and how to make it. Or if it
        is damaged, another study's, or does not answer its package's example as it should.
    """
    return open_network(Network, network, scale)


def example(network: Network) -> Example:
    """Rings drawn like those of its training."""
    physics = _physics(network)
    length = max(physics.length, network.card["window"])
    strengths = physics.disorder_strengths[-RINGS:]
    drawn = (0, 0, strengths, length, UNSEEN, UNSEEN + RINGS)
    V, _ = draw_disorder(*drawn, disorder=physics.disorder)
    said = f"{RINGS} rings of {length} sites, V0 up to {max(strengths):g} t; one ring a row, in t"
    return Example(V, said)


def answers(network: Network, given: np.ndarray) -> Answers:
    """Delta and, where the network knows them, n and mu; units of t.

    Parameters
    ----------
    network : Network
    given : ndarray, shape (n, L)
        V, units of t.
    """
    found = network.answer(given)
    said = {"delta": found.delta, "density": found.density, "mu": found.mu}
    return {name: values for name, values in said.items() if not np.isnan(values).all()}


def about(network: Network) -> About:
    """Its card in words."""
    card, physics = network.card, _physics(network)
    strengths = physics.disorder_strengths
    model = ", ".join(f"{key} {value}" for key, value in network.physics.items())
    bands = network.calibration
    metrics = [f"validation loss {card['validation_loss']:.3g}, in units of the normalised Delta"]
    if bands is not None:
        metrics.append(
            f"{bands.coverage:.0%} of the sites of a new ring lie within a band of at most "
            f"{max(bands.half_width):.2g} t about Delta, calibrated on {bands.said} (`--bands` "
            "writes it)"
        )
    else:
        metrics.append("no bands are calibrated: its error on a ring of yours is not known")
    return About(
        task="on-site disorder V of a ring, units of the hopping t, to the pairing potential "
        f"Delta of each site, units of t; for {model}; rings of {card['window']} sites or more",
        ranges=[
            f"{len(strengths)} disorder strengths V0, {min(strengths):g} to {max(strengths):g} t; "
            f"rings of {physics.length} sites; law of V: {_law(physics)}",
            "Delta in training {:.3g} to {:.3g} t".format(*card["delta_range"]),
            "mu less the ring's mean V {:.3g} to {:.3g} t".format(*card["mu_range"]),
        ],
        metrics=metrics,
        limits=[
            "another coupling, filling or Hartree term than the above: `gapworks solve chain` is "
            "exact for any",
            "V beyond twice the training's is refused; Delta is NaN where no mu of the trained "
            "range gives the filling",
        ],
        normalisation="inside the network, by the numbers of `architecture` in the card: V and "
        "Delta are in units of t outside",
    )


def exported(network: Network) -> Exported:
    """What its windows say; the filling is not closed within."""
    length = network.card["training_data"]["physics"]["length"]
    one = torch.zeros(2, max(length, network.card["window"]))
    one[1] = torch.linspace(-0.1, 0.1, one.shape[1])
    if network.card["architecture"]["kind"] == "window":
        return Exported(
            *(network.model, [one], ["V"], ["delta"]),
            said=f"V: (batch, {one.shape[1]}) float32, units of t, each ring less its mean; "
            f"delta: (batch, {one.shape[1]}), units of t",
        )
    return Exported(
        *(network.model, [one], ["V_minus_mu"], ["delta_and_density"]),
        said=f"V_minus_mu: (batch, {one.shape[1]}) float32, V - mu, units of t; delta_and_density: "
        f"(batch, 2, {one.shape[1]}), Delta (units of t) and n of each site. To close the filling, "
        f"find mu at which the mean of n is {network.card['filling']:g}; `gapworks predict` also "
        "takes the mean with the mirrored ring",
    )


def _physics(network: Network) -> Physics:
    return Physics.model_validate(network.card["training_data"]["physics"])


def _law(physics: Physics) -> str:
    said = physics.disorder.model_dump()
    return ", ".join(f"{key} {value}" for key, value in said.items() if value is not None)
