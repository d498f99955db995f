"""Numbers of the qpi study beside the paper's: whose they are, and how far off they may be."""

import numpy as np
import pytest

from gapworks.factory.evaluation_file import Evaluated
from gapworks.qpi.config import CLASSES
from gapworks.qpi.paper.metrics import metrics
from gapworks.qpi.study import STUDY
from tests.support.config import plan
from tests.support.qpi_evaluations import CLEAN, COUNTS, FAITHFUL, ROW, known

OURS = [name for name in STUDY.evaluations_of(plan("qpi").scale) if name not in FAITHFUL.values()]
PAPERS = {
    "faithful_test-vgg16-faithful": "faithful_test-small-faithful",
    "faithful_test-vgg16-faithful_fewer": "faithful_test-small-faithful_fewer",
    "faithful_test-vgg16-faithful_noiseless": "faithful_test-small-faithful_noiseless",
    "faithful_test-convnext-faithful_fewer": "faithful_test-small-faithful_noiseless",
    "corrected_test-vgg16-faithful": "corrected_test-small-faithful",
}
"""Evaluations of the paper's networks, and whose numbers they have here."""


def named(name, of):
    """The evaluation `of` under another name."""
    dataset, _, network = name.partition("-")
    data = known(of)
    return Evaluated({**data.attributes, "dataset": dataset, "method": network}, data.arrays)


@pytest.fixture(scope="module")
def found():
    every = [*map(known, OURS), *(named(*one) for one in PAPERS.items())]
    return metrics(every, "small", {"main": "vgg16", "variant": "convnext"})


def test_no_other_network_stands_for_the_papers():
    names = [*OURS, *FAITHFUL.values()]
    smoke = metrics([known(one) for one in names], **STUDY.metrics(plan("qpi").scale))
    laptop = [one for one in OURS if not one.startswith("phase")]
    chosen = STUDY.metrics(plan("qpi", "laptop").scale)
    at_laptop = metrics([known(one) for one in laptop], **chosen)
    assert smoke.keys() == at_laptop.keys()
    for made in (smoke, at_laptop):
        papers = {name for name in made if name.startswith(("faithful_", "noisy_"))}
        assert len(papers) > 40 and not any(made[name] for name in papers)
        assert made["hit_A1g"] and made["literal_hit_A1g"]
    assert smoke["phi_r2_Eg"] and at_laptop["phi_r2_Eg"] is None


def test_table_1_is_that_of_vgg16_without_noise_and_with_it(found):
    data = known(PAPERS["faithful_test-vgg16-faithful"])
    for prefix, row in (("faithful_", CLEAN), ("noisy_", ROW)):
        for label, name in enumerate(CLASSES):
            one = found[f"{prefix}hit_{name}"]
            assert one.value == pytest.approx(data["hit"][row, label])
            assert one.samples == COUNTS[label]
            likely = (one.value * COUNTS[label] + 2) / (COUNTS[label] + 4)
            error = np.sqrt(likely * (1 - likely) / (COUNTS[label] + 4))
            assert one.error == pytest.approx(error)
            for column, parameter in enumerate(("delta", "theta", "eps0")):
                if (name, parameter) == ("A12u", "theta"):
                    continue
                one = found[f"{prefix}{parameter}_{name}"]
                assert one.value == data["mae"][row, label, column]
                assert 0 < one.error < one.value


def test_networks_are_compared_on_the_very_same_samples(found):
    """What both get right or wrong says nothing of which is better, and is no part of the error."""
    one = known(PAPERS["faithful_test-vgg16-faithful_fewer"])["right"][CLEAN].astype(float)
    other = known(PAPERS["faithful_test-vgg16-faithful_noiseless"])["right"][CLEAN].astype(float)
    difference = one - other
    gain = found["faithful_gain_by_noise"]
    assert gain.value == pytest.approx(difference.mean())
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    assert gain.error == pytest.approx(error) and gain.samples == sum(COUNTS)
    same = metrics(
        [
            *map(known, OURS),
            *(named(name, PAPERS["faithful_test-vgg16-faithful"]) for name in PAPERS),
        ],
        "small",
        {"main": "vgg16", "variant": "convnext"},
    )
    for name in ("faithful_gain_by_noise", "faithful_lead_of_vgg16"):
        assert same[name].value == 0 and same[name].error == pytest.approx(1 / sum(COUNTS))


def test_every_number_that_is_drawn_at_random_has_an_error(found):
    """Counts and settings are exact, and what is the largest or the least of all that was drawn."""
    exact = {"parameters", "training_samples", "test_samples_per_class"}
    exact |= {"faithful_training_samples", "a1u_a2u_at_zero", "a1u_a2u_elsewhere"}
    exact |= {"sign_of_gap", "sign_of_theta", "phi_sign_scalar"}
    for name, one in found.items():
        if one is not None:
            assert (one.error == 0) == (name in exact), name
