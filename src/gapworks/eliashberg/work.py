"""How much work the steps of the eliashberg study are: what their CPU time grows with."""

from __future__ import annotations

from gapworks.study import Scale

TESTED = 0.1
"""Share of the samples of a data set that are test samples."""


def _tests(scale: Scale, dataset: str, most: int) -> float:
    """Test samples of which most are solved again."""
    return min(most, TESTED * scale.config.samples(dataset))


def checked(scale: Scale, dataset: str) -> float:
    """Test samples on which continuations and the paper's statements are checked."""
    return _tests(scale, dataset, scale.config.evaluation.checks)


def pushed(scale: Scale, dataset: str, network: str) -> float:
    """Predictions that are put through the equations."""
    return _tests(scale, dataset, scale.config.evaluation.forward)


def noise(scale: Scale) -> float:
    """Those of two networks at every level of noise."""
    evaluation = scale.config.evaluation
    return len(evaluation.noise) * _tests(scale, "complex", evaluation.checks)


def inversion(scale: Scale) -> float:
    """Fits."""
    chosen = scale.config.inversion
    return len(chosen.noise) * _tests(scale, "complex", chosen.samples)


def modes(scale: Scale, dataset: str) -> float:
    """Spectra."""
    return _tests(scale, dataset, scale.config.inversion.spectra)


WORK = {
    r"(?P<dataset>[a-z_]+)-(?:pade|statements)": checked,
    r"(?P<dataset>[a-z_]+)-modes": modes,
    r"(?P<dataset>[a-z_]+)-(?P<network>(?:sl|reversed|gen)-.*)": pushed,
    "complex-noise": noise,
    "complex-inversion": inversion,
}
