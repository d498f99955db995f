"""Numbers with their errors: over samples that have an answer, and over trainings."""

import copy
import math

import numpy as np
import pytest

from gapworks.config import load
from gapworks.eliashberg.paper.measures import crossing, difference, over, over_trainings
from gapworks.eliashberg.paper.metrics import metrics
from gapworks.eliashberg.paper.tables import table1, table2
from gapworks.eliashberg.paper.tables_learning import repeats, thresholds
from gapworks.learning.intervals import Measured
from gapworks.plan import Plan
from tests.support.config import raw_config
from tests.support.eliashberg_evaluations import LATENT, NORMAL, REQUIRED, evaluated

JOINT = [evaluated(f"complex-sl-joint-gap-{d}") for d in LATENT]
CODERS = [evaluated(f"complex-ae-joint-gap-{d}") for d in LATENT]


def test_a_prediction_that_does_not_superconduct_is_counted_and_not_averaged():
    table = table1(JOINT)
    assert list(table["predictions that do not superconduct"]) == [NORMAL] * len(LATENT)
    for row, data in zip(table.itertuples(), JOINT, strict=True):
        kept = 1 - data["gap_pcc"][NORMAL:]
        assert row.Delta_g == pytest.approx(kept.mean())
        found = difference(data, "gap")
        assert found.error == pytest.approx(kept.std(ddof=1) / math.sqrt(len(kept)))


def test_losses_stand_over_the_variance_of_what_is_predicted():
    table = table2(CODERS, JOINT)
    for row, data in zip(table.to_dict("records"), JOINT, strict=True):
        assert row["loss over variance"] == pytest.approx(1 - data["score"][0])


def test_required_dimensions_stand_by_threshold_and_weights():
    names = ("gap", "dos", "equal-gap", "equal-finedos")
    table = thresholds([evaluated(f"complex-dimensions-{name}") for name in names])
    assert list(table["R squared"]) == [0.9, 0.98]
    assert table["d_L for gap function"].tolist() == REQUIRED["gap"]
    assert table["d_L for fine density of states, equal weights"][0] == REQUIRED["finedos"][0]
    assert np.isnan(table["d_L for fine density of states, equal weights"][1])


def test_every_training_is_compared_with_the_same_training_of_functions_apart():
    apart = [evaluated(f"complex-sl-separate-gap-{d}") for d in LATENT]
    more = [evaluated(f"complex-{one}-2-seed1") for one in ("sl-joint-gap", "sl-separate-gap")]
    coders = [*CODERS, evaluated("complex-ae-joint-gap-2-seed1")]
    table = repeats(coders, [*JOINT, *apart, *more])
    rows = table[table["latent dimension d_L"] == 2]
    assert list(rows["training"]) == [1, 2]
    joint, separate = (1 - one["score"][0] for one in more)
    assert rows["loss apart over together"].iloc[1] == pytest.approx(separate / joint)


def test_trainings_that_differ_make_the_error_larger_than_that_of_the_samples():
    several = [Measured(value, 0.1, 50) for value in (1.0, 2.0, 4.0)]
    found = over_trainings(several)
    assert found.value == 2.0
    assert found.error > np.std([1, 2, 4], ddof=1) / math.sqrt(3)
    assert over_trainings(several[:1]) == several[0]
    assert over_trainings([]) is None


def test_a_ratio_has_the_relative_errors_of_both():
    found = over(Measured(2.0, 0.02, 10), Measured(4.0, 0.04, 5))
    assert found.value == 0.5
    assert found.error == pytest.approx(0.5 * math.hypot(0.01, 0.01))
    assert found.samples == 5


def test_a_level_is_crossed_between_the_dimensions_that_were_tried():
    tried = np.array([1, 4, 16])
    left = [Measured(0.5 / d, 0.0, 100) for d in tried]
    found = crossing(tried, left, Measured(0.5 / 8, 0.001))
    assert found.value == pytest.approx(8)
    shifted = crossing(tried, left, Measured(0.5 / 8 - 0.001, 0.001))
    assert found.error == pytest.approx(shifted.value - found.value, rel=0.1)
    assert crossing(tried, left, Measured(0.9, 0.0)) is None
    assert crossing(tried, left, Measured(0.001, 0.0)) is None


@pytest.fixture(scope="module")
def measured():
    """Metrics of a scale that makes everything, on evaluations with known content."""
    raw = copy.deepcopy(raw_config())
    smoke = raw["scales"]["smoke"]["eliashberg"]
    smoke["conditions"] = ["as_printed", "mu_star"]
    smoke["networks"]["autoencoder"] |= {"latent": [1, 2, 32], "seeds": 2}
    smoke["networks"]["bases"] |= {"neurons": [4, 6], "seeds": 3}
    plan = Plan("smoke", load(raw)[1]["smoke"], "eliashberg")
    names = plan.study.evaluations_of(plan.scale)
    return metrics([evaluated(name) for name in names], **plan.study.metrics(plan.scale))


def test_the_papers_own_data_are_measured_apart_from_the_exact_ones(measured):
    data = evaluated("complex_as_printed-sl-complex_as_printed-joint-gap-2")
    assert measured["printed_gap_difference_2"] == difference(data, "gap")
    first, again = (evaluated(f"complex-sl-joint-gap-2{end}") for end in ("", "-seed1"))
    values = [difference(one, "gap").value for one in (first, again)]
    assert measured["gap_difference_2"].value == pytest.approx(np.mean(values))
    dropped = evaluated("complex_as_printed-data")["continuation"][:, 0]
    share = dropped.sum() / (len(dropped) + dropped.sum())
    assert measured["printed_dropped"].value == pytest.approx(share)


def test_a_change_of_mu_star_or_of_the_inputs_is_a_difference_with_the_errors_of_both(measured):
    for name, label in (
        ("complex_mu_star-sl-complex_mu_star-gap", "mu_star"),
        ("complex-sl-complex-gapz", "complex_gapz"),
    ):
        one, plain = (evaluated(n)["score"][0] for n in (name, "complex-sl-complex-gap"))
        found = measured[f"{label}_r2_difference"]
        assert found.value == pytest.approx(one - plain)
        assert found.error >= measured["complex_r2"].error


def test_what_one_training_cannot_tell_is_not_measured(measured):
    assert measured["separate_over_joint_2"] is not None
    assert measured["loss_8"] is None
    assert measured["loss_ratio_8"] is None
