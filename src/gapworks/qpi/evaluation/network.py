"""One network on a test set, at every level of noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.factory.reading import Header
from gapworks.factory.seeds import study_number
from gapworks.learning.data import dataset_header
from gapworks.qpi import steps
from gapworks.qpi.config import CLASSES
from gapworks.qpi.evaluation import errors
from gapworks.qpi.learning.network import outline
from gapworks.qpi.learning.trained import Answers, Network


@dataclass(frozen=True)
class Test:
    """A network and samples that it was not trained on.

    Attributes
    ----------
    name : str
        The network's.
    network : Network
    header : Header
        Of the data set.
    arrays : dict of str to Tensor
        The data set's valid samples.
    samples : Tensor
        What the network takes of them, without noise.
    """

    name: str
    network: Network
    header: Header
    arrays: dict[str, Tensor]
    samples: Tensor

    @classmethod
    def of(cls, given: Given) -> Self:
        """Of `given.networks` and `given.data["test"]`.

        Raises
        ------
        DataError
            If the network was trained or stopped on these samples, or is shown something else.
        """
        (path,), (name, where) = given.datasets("test"), given.network()
        header = dataset_header(path, "qpi")
        network, about = Network.load(where), header.attributes
        trained = network.card["training_data"]
        if (trained["stream"], trained["seed"]) == (about["settings"]["stream"], about["seed"]):
            raise DataError(
                f"{where}: was trained on the samples of {about['dataset']}: no test of it"
            )
        return cls(name, network, header, *network.samples(path, header))

    def answer(self, seed: int, white: float, pink: float = 0.0) -> Answers:
        """The network's answers at a level of noise, which is the same for all networks."""
        key = (study_number("qpi"), round(1e6 * white), round(1e6 * pink))
        state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)
        generator = torch.Generator().manual_seed(int(state[0] >> 1))
        return self.network.answer(self.network.noisy(self.samples, white, pink, generator))


def evaluate(settings: steps.NetworkTest, given: Given, threads: int, report: Report) -> Evaluation:
    """Hits and errors of `given.networks` on `given.data["test"]`.

    Raises
    ------
    DataError
        If the network was trained or stopped on the very samples it is tested on, or the data do
        not have its energies.
    """
    torch.set_num_threads(threads)
    test = Test.of(given)
    name, header, network, arrays = test.name, test.header, test.network, test.arrays
    true = {
        "label": arrays["label"].numpy(),
        "delta": arrays["delta_reported"].double().numpy(),
        "theta": arrays["theta"].double().numpy(),
        "eps0": arrays["eps0"].double().numpy(),
    }
    tested = settings.evaluation
    levels = [(white, 0.0) for white in tested.white] + [(0.0, pink) for pink in tested.pink]
    found = []
    for row, (white, pink) in enumerate(levels):
        answers = test.answer(settings.seed, white, pink)
        rng = np.random.default_rng([settings.seed, row])
        said = {name: getattr(answers, name) for name in true}
        found.append(errors.score(true, said, tested.resamples, tested.confidence, rng))
        report(f"white {white:g} pink {pink:g}: mean hit {found[-1]['mean_hit']:.4f}")
    made = {key: np.stack([one[key] for one in found]) for key in found[0]}
    made["white"], made["pink"] = np.array(levels).T
    made["samples"] = np.bincount(true["label"], minlength=len(CLASSES))
    places = (true["label"] * len(errors.GAP_EDGES)) + errors.gap_bin(true["delta"])
    shape = made["gap_hit"].shape[1:]
    made["gap_samples"] = np.bincount(places, minlength=np.prod(shape)).reshape(shape)
    card = network.card
    kept = ("weights_sha256", "parameters", "architecture", "training_data", "history")
    attributes = {
        **about_data(header, name),
        "data_settings": header.attributes["settings"],
        **{key: card[key] for key in (*kept, "best_epoch", "epochs")},
        "settings_of_network": card["settings"],
        "outline": outline(
            network.model,
            *(card["architecture"][name] for name in ("channels", "scalars")),
            network.settings.inputs.pixels,
        ),
    }
    coordinates = errors.coordinates(len(levels), len(true["label"]))
    return Evaluation(attributes, coordinates, errors.VARIABLES, made)
