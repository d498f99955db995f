"""How much work the steps of the qpi study are: what their CPU time grows with."""

from __future__ import annotations

from gapworks.qpi import steps
from gapworks.study import Scale


def sample(settings: steps.Simulate) -> float:
    """Energies, of which each is solved by itself."""
    return len(settings.physics.energies)


def training(settings: steps.Train, samples: int) -> float:
    """Pixels of all images that a network is shown."""
    epochs = settings.network.training.epochs
    return settings.per_class * epochs * settings.inputs.pixels**2


def network(scale: Scale, dataset: str, network: str) -> float:
    """Pixels of all test images, at every level of noise."""
    evaluation = scale.config.evaluation
    levels = len(evaluation.white) + len(evaluation.pink)
    pixels = steps.Train.of(scale, network=network).inputs.pixels
    return scale.config.samples(dataset) * levels * pixels**2


def symmetry(scale: Scale) -> float:
    """Maps of both data sets, at every level of noise."""
    maps = scale.config.samples("train") + scale.config.samples("test")
    return maps * len(scale.config.evaluation.white)


def statements(scale: Scale) -> float:
    """Superconductors times the width of the grid."""
    chosen = scale.config.statements
    return chosen.samples * chosen.n_effective


def model(scale: Scale) -> float:
    """Points of the Brillouin zone."""
    return scale.config.model.points**2


WORK = {
    "sample": sample,
    "training": training,
    r"(?P<dataset>[a-z_]+)-(?P<network>(?:small|vgg16|convnext)-\w+)": network,
    "symmetry": symmetry,
    "statements": statements,
    "model": model,
}
