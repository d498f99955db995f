"""The qpi study's evaluations: each makes one file, from which figures and tables are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from gapworks.factory.container import DataError
from gapworks.factory.evaluation_file import Made
from gapworks.factory.seeds import study_number
from gapworks.factory.settings import Section
from gapworks.learning.data import dataset_header
from gapworks.qpi.config import CLASSES, Physics
from gapworks.qpi.evaluation import scores
from gapworks.qpi.networks import Evaluation, Inputs, Model, Statements


class NetworkTest(Section):
    """The resolved settings of a network's evaluation."""

    seed: int
    evaluation: Evaluation


class SymmetryTest(Section):
    """The resolved settings of the C3-odd share's evaluation."""

    seed: int
    evaluation: Evaluation
    inputs: Inputs


class StatementTest(Section):
    """The resolved settings of the statements' evaluation."""

    seed: int
    physics: Physics
    statements: Statements
    radius: float = Field(gt=0)


class NormalState(Section):
    """The resolved settings of the normal state's evaluation."""

    hopping: list[float]
    spin_orbit: list[float]
    model: Model


class Examples(Section):
    """The resolved settings of the example images."""

    radius: float = Field(gt=0)


def evaluate_network(
    settings: Mapping[str, Any],
    data: Sequence[Path],
    networks: Mapping[str, Path],
    threads: int,
    report: Callable[[str], None],
) -> Made:
    """One network on a test set, at every level of noise.

    Raises
    ------
    DataError
        If the network was trained or stopped on the very samples it is tested on, or the data do
        not have its energies.
    """
    import torch  # only where it is used

    from gapworks.qpi.learning.batches import U_CLASSES, windows
    from gapworks.qpi.learning.features import ldos_maps, with_noise, within_disc
    from gapworks.qpi.learning.network import outline
    from gapworks.qpi.learning.predict import Network

    chosen = NetworkTest.model_validate(settings)
    torch.set_num_threads(threads)
    (path,), ((name, where),) = data, networks.items()
    header = dataset_header(path, "qpi")
    network = Network.load(where)
    _check_unseen(network, where, header.attributes)
    view, energies = network.view, network.settings.condition.energies
    arrays = windows(path, header, energies, view)
    odd = torch.isin(arrays["label"], torch.tensor(U_CLASSES))
    maps = torch.cat(
        [
            within_disc(ldos_maps(*(part[i : i + 64] for part in parts)), view)
            for parts in [(arrays["green"], arrays["local"], odd, arrays["impurity"])]
            for i in range(0, len(odd), 64)
        ]
    )
    true = {
        "label": arrays["label"].numpy(),
        "delta": arrays["delta_reported"].double().numpy(),
        "theta": arrays["theta"].double().numpy(),
        "eps0": arrays["eps0"].double().numpy(),
    }
    tested = chosen.evaluation
    levels = [(white, 0.0) for white in tested.white] + [(0.0, pink) for pink in tested.pink]
    found = []
    for row, (white, pink) in enumerate(levels):
        # The noise of a level is the same whatever the network and the other levels.
        key = (study_number("qpi"), round(1e6 * white), round(1e6 * pink))
        state = np.random.SeedSequence(chosen.seed, spawn_key=key).generate_state(1, np.uint64)
        generator = torch.Generator().manual_seed(int(state[0] >> 1))
        level = torch.ones(len(maps))
        answers = network.answer(with_noise(maps, white * level, pink * level, generator))
        rng = np.random.default_rng([chosen.seed, row])
        found.append(
            scores.score(true, _as_mapping(answers), tested.resamples, tested.confidence, rng)
        )
        report(f"white {white:g} pink {pink:g}: mean hit {found[-1]['mean_hit']:.4f}")
    made = {key: np.stack([one[key] for one in found]) for key in found[0]}
    made["white"], made["pink"] = np.array(levels).T
    made["samples"] = np.bincount(true["label"], minlength=len(CLASSES))
    places = (true["label"] * len(scores.GAP_EDGES)) + scores.gap_bin(true["delta"])
    shape = made["gap_hit"].shape[1:]
    made["gap_samples"] = np.bincount(places, minlength=np.prod(shape)).reshape(shape)
    card = network.card
    said = header.attributes
    attributes = {
        "study": "qpi",
        "dataset": said["dataset"],
        "method": name,
        "data_identity": said["identity"],
        "data_sha256": header.sha256,
        "data_settings": said["settings"],
        "weights_sha256": card["weights_sha256"],
        "parameters": card["parameters"],
        "architecture": card["architecture"],
        "outline": outline(
            network.model,
            view.channels(len(energies)),
            view.scalar_count(len(energies)),
            view.pixels,
        ),
        "settings_of_network": card["settings"],
        "training_data": card["training_data"],
        "history": card["history"],
        "best_epoch": card["best_epoch"],
        "epochs": card["epochs"],
        "settings": settings,
    }
    return Made(attributes, scores.coordinates(len(levels)), scores.VARIABLES, made)


def _as_mapping(answers: Any) -> dict[str, np.ndarray]:
    return {name: getattr(answers, name) for name in ("label", "delta", "theta", "eps0")}


def _check_unseen(network: Any, where: Path, said: Mapping[str, Any]) -> None:
    trained = network.card["training_data"]
    if (trained["stream"], trained["seed"]) == (said["settings"]["stream"], said["seed"]):
        raise DataError(f"{where}: was trained on the samples of {said['dataset']}: no test of it")


def evaluate_symmetry(settings, data, networks, threads, report) -> Made:
    """How far the C3-odd share of a map tells Eu from A12u, without a network."""
    from gapworks.qpi.evaluation import c3_baseline as symmetry

    chosen = SymmetryTest.model_validate(settings)
    training, test = data
    coordinates, arrays = symmetry.measure(
        training, test, chosen.inputs, chosen.evaluation, chosen.seed, threads
    )
    attributes = {"study": "qpi", "dataset": "symmetry", "method": "symmetry", "settings": settings}
    return Made(attributes, coordinates, symmetry.VARIABLES, arrays)


def evaluate_statements(settings, data, networks, threads, report) -> Made:
    """What is degenerate and what is invisible in the model, measured on random samples."""
    from gapworks.qpi.evaluation import statements

    chosen = StatementTest.model_validate(settings)
    names, coordinates, arrays = statements.measure(
        chosen.physics, chosen.statements, chosen.radius, chosen.seed, threads, report
    )
    attributes = {
        "study": "qpi",
        "dataset": "statements",
        "method": "statements",
        "statements": names,
        "settings": settings,
    }
    return Made(attributes, coordinates, statements.VARIABLES, arrays)


def evaluate_examples(settings, data, networks, threads, report) -> Made:
    """Images of each class on the paper's grid beside the converged ones."""
    from gapworks.qpi.evaluation import examples

    chosen = Examples.model_validate(settings)
    attributes, coordinates, arrays = examples.measure(*data, chosen.radius)
    attributes |= {"study": "qpi", "dataset": "examples", "method": "examples"}
    attributes |= {"settings": settings}
    return Made(attributes, coordinates, examples.VARIABLES, arrays)


def evaluate_model(settings, data, networks, threads, report) -> Made:
    """The normal state: bands along high-symmetry lines, and over the zone."""
    from gapworks.qpi.evaluation import normal_state

    chosen = NormalState.model_validate(settings)
    coordinates, arrays = normal_state.bands(
        chosen.hopping, chosen.spin_orbit, chosen.model.eps0, chosen.model.points
    )
    attributes = {"study": "qpi", "dataset": "model", "method": "model", "settings": settings}
    return Made(attributes, coordinates, normal_state.VARIABLES, arrays)


EVALUATIONS = {
    "network": evaluate_network,
    "symmetry": evaluate_symmetry,
    "statements": evaluate_statements,
    "examples": evaluate_examples,
    "model": evaluate_model,
}
"""By the name that the command line and the rules use."""
