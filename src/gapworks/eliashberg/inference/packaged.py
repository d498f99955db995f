"""Networks of the eliashberg study by name and as model packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gapworks.eliashberg.data.dataset import solve_spectra
from gapworks.eliashberg.data.fields import boson_grid, joined, real_energies
from gapworks.eliashberg.data.typical import LEAD
from gapworks.eliashberg.learning.forward import FORWARD_SOLVER
from gapworks.eliashberg.learning.trained import Network
from gapworks.learning.library import open_network
from gapworks.learning.packages.example import Answers, Example
from gapworks.learning.packages.hooks import About, Exported

COLUMNS = {
    ("gap",): ("energy_meV", "re_delta_meV", "im_delta_meV"),
    ("dos",): ("energy_meV", "dos"),
    ("a2f",): ("omega_meV", "a2F"),
}
"""Of a file that `gapworks predict` reads, by what the network sees."""
NUMBERS = ("number",)
"""The one column of an example of any other."""


def load_network(network: str | Path, scale: str | None = None) -> Network:
    """A trained network of the eliashberg study.

    Parameters
    ----------
    network : str or Path
        Its name, "sl-complex-gap" or "ensemble-complex-dos": looked for in
        results/SCALE/eliashberg/models of this folder, then among installed packages; or the path
        of weights or of a package.
    scale : str, optional
        None: that of config.yaml in this folder, else laptop.

    Returns
    -------
    Network
        `apply(rows)` gives its outputs, shape (n, outputs), from rows of the fields that
        `card["inputs"]` names, at the energies of `physics`, meV.

    Raises
    ------
    DataError
        If there is none of that name; the message says what there is and how to make it. Or if it
        is damaged, another study's, or does not answer its package's example as it should.
    """
    return open_network(Network, network, scale)


def example(network: Network) -> Example:
    """A spectrum like that of lead, solved: what the network sees of it."""
    physics, inputs = network.physics, tuple(network.card["inputs"])
    omega, x = boson_grid(physics), real_energies(physics)
    a2f = LEAD.on(omega)[None]
    _, r = solve_spectra(physics, a2f, FORWARD_SOLVER, threads=1)
    arrays = {"omega": omega, "energy": x, "a2f": a2f}
    for name, values in (("delta", r.delta), ("z", r.z)):
        arrays |= {f"{name}_real": values.real, f"{name}_imag": values.imag}
    (row,) = joined(arrays, inputs, physics.broadening)
    said = f"{' and '.join(inputs)} of a spectrum like that of lead at {physics.temperature:g} K"
    if inputs not in COLUMNS:
        return Example(row[:, None], said, NUMBERS)
    grid = omega if inputs == ("a2f",) else x
    return Example(np.column_stack([grid, *row.reshape(-1, len(grid))]), said, COLUMNS[inputs])


def answers(network: Network, given: np.ndarray) -> Answers:
    """What the network gives; an ensemble also the spread of its members.

    Parameters
    ----------
    network : Network
    given : ndarray, shape (rows, columns)
        Laid out as `example` says; energies in the first column, where there is more than one.
    """
    row = given[:, 0] if given.shape[1] == 1 else given[:, 1:].T.ravel()
    said = {"_and_".join(network.card["targets"]): network.apply(row[None])[0]}
    if network.card["architecture"]["kind"] == "ensemble":
        said["spread"] = network.members(row[None]).std(0)[0]
    return said


def about(network: Network) -> About:
    """Its card in words."""
    card, physics, known = network.card, network.physics, network.card["training_data"]
    ranges = [
        f"{words} {known[name][0]:.3g} to {known[name][1]:.3g}"
        for name, words in (("coupling", "lambda"), ("omega_log", "omega_log (meV)"))
        if known[name] is not None
    ]
    calibration = network.calibration
    metrics = [f"validation loss {card['validation_loss']:.3g}, mean square in the data's units"]
    if calibration is not None:
        quantiles = ", ".join(f"{k} {v:.3g}" for k, v in calibration.quantiles.items())
        metrics.append(
            f"residual of what is solved from its answers, quantiles on {calibration.samples} "
            f"{calibration.part}: {quantiles}"
        )
        for level in calibration.levels:
            shares = level.coverage.get("a2f")
            if shares:
                (low, low_error), (high, high_error) = shares
                metrics.append(
                    f"intervals at noise up to {level.noise:.2g} hold {low:.1%} +- {low_error:.1%} "
                    f"(68 %) and {high:.1%} +- {high_error:.1%} (95 %) of a2F of test samples"
                )
    else:
        metrics.append("no calibration: inputs are not judged by test samples")
    return About(
        task=f"{_fields(card['inputs'])} to {_fields(card['targets'])}, at "
        f"{physics.temperature:g} K, mu* {physics.mu_star:g} below {physics.mu_star_cutoff:.5g} "
        f"meV, Gamma {physics.broadening:g} meV",
        ranges=[
            *ranges,
            f"a2F at {physics.points} energies up to {physics.cutoff:g} meV; gap function or DOS "
            f"at {physics.energies} energies up to {physics.highest_energy:g} meV",
        ],
        metrics=metrics,
        limits=[
            "another temperature, mu* or broadening than the above (stated ones are compared, and "
            "refused): `gapworks invert` and `gapworks solve eliashberg` take any",
            "spectra of another kind than the training's: how far off it is then is not known; "
            "inputs unlike all of training and test are refused",
        ],
        normalisation="inside the network, as tensors of the weights (means and scales of the "
        "training data): inputs and outputs are in the units above",
    )


def exported(network: Network) -> Exported:
    """From what the first layer takes, in the data's units, to the answer."""
    card = network.card
    given = example(network).given
    row = given[:, 0] if given.shape[1] == 1 else given[:, 1:].T.ravel()
    one = network.inputs(row[None]).repeat(2, 1)
    count, physics = one.shape[1], network.physics
    points = card["points"] or physics.energies
    said = f"inputs: (batch, {count}) float32, {_fields(card['inputs'])}"
    if card["inputs"] != ["a2f"] and card["points"]:
        said += f" at {points} energies up to {physics.highest_energy:g} meV, equally spaced"
    mean = ", mean of the members" if card["architecture"]["kind"] == "ensemble" else ""
    return Exported(
        *(network.model, [one], ["inputs"], ["outputs"]),
        said=f"{said}; outputs: {_fields(card['targets'])}{mean}",
    )


WORDS = {
    "a2f": "a2F",
    "gap": "Re Delta, then Im Delta (meV)",
    "dos": "N / N_F",
    "gapz": "Re and Im of Delta (meV), then of Z",
    "finedos": "N / N_F at four times as many energies",
}
"""Fields, with their units."""


def _fields(names: list[str]) -> str:
    return " and ".join(WORDS[name] for name in names)
