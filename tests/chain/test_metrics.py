"""Metrics of the chain study: what decides a claim, with the error that it is decided by."""

import numpy as np
import pytest

from gapworks.chain.evaluation.agreement import agreement
from gapworks.chain.evaluation.finite_size import localisation_length
from gapworks.chain.evaluation.peaks import peak
from gapworks.chain.paper.metrics import metrics
from gapworks.chain.paper.networks import data_growth
from gapworks.chain.study import STUDY
from gapworks.learning.intervals import Measured, exact, jackknifed
from gapworks.reproduction import read_claims
from tests.conftest import ROOT
from tests.support.chain_evaluations import arrays, known
from tests.support.config import plan


@pytest.fixture(scope="module")
def measured():
    smoke = plan("chain")
    names = [one for one in STUDY.evaluations_of(smoke.scale) if one not in smoke.timed]
    return metrics([known(one) for one in names], **STUDY.metrics(smoke.scale))


def test_every_claim_without_wall_times_has_its_metric_with_an_error(measured):
    claims = [one for one in read_claims(ROOT / "docs/claims.yaml") if one.study == "chain"]
    named = {metric for one in claims if not one.timing for metric in one.metrics}
    assert named <= measured.keys()
    assert all(one is None or one.error is not None for one in measured.values())


def test_the_step_that_decides_the_fall_is_the_least_certain_one(measured):
    assert measured["least_certain_fall"] == Measured(0.004, 0.001, 3)


def test_of_the_lengths_that_of_the_paper_is_judged_where_it_matters_most(measured):
    assert measured["finite_size_shift"] == Measured(0.02, 0.002)
    assert measured["finite_size_sites"] == Measured(0.2, 0.02)


def test_a_ring_that_plain_mixing_does_not_solve_is_the_slowest(measured):
    assert measured["plain_iterations"].value == pytest.approx(175)


def test_the_jackknife_has_the_error_of_a_mean_and_of_a_ratio():
    rng = np.random.default_rng(0)
    a, b = rng.normal(1, 0.1, (2, 4000))
    value, error = jackknifed(lambda mean: mean, a)
    assert error == pytest.approx(a.std(ddof=1) / np.sqrt(len(a)))
    ratio, spread = jackknifed(lambda x, y: x / y, a, b)
    assert ratio == pytest.approx(a.mean() / b.mean())
    assert spread == pytest.approx(0.1 * np.sqrt(2 / len(a)), rel=0.1)
    # Of the same samples, the errors of both go together.
    assert jackknifed(lambda x, y: x / y, a, 2 * a)[1] == pytest.approx(0, abs=1e-12)
    assert jackknifed(lambda mean: mean, a[:1])[1] == np.inf


def test_places_are_told_from_shares():
    """As many enhanced sites as there are, all in the wrong place: the share says nothing."""
    delta = np.tile([0.5, 1.5], 16)[None] * np.ones((3, 1))
    clean = np.ones((3, 32))
    data = arrays(np.concatenate([clean, delta]), [0, 0, 0, 0.5, 0.5, 0.5])
    found = agreement(data, np.concatenate([clean, np.roll(delta, 1, axis=1)]), reach=8)
    assert found["enhanced_ratio"][1] == 1
    assert found["enhanced_recall"][1] == found["enhanced_precision"][1] == 0
    assert np.isnan(found["enhanced_recall"][0])
    right = agreement(data, data["delta"], reach=8)
    assert right["enhanced_recall"][1] == right["enhanced_precision"][1] == 1
    assert right["r2"][1] == 1
    for name in ("bias", "distribution_distance", "correlation_near", "correlation_far"):
        np.testing.assert_allclose(right[name], 0, atol=1e-12)


def test_the_end_of_a_distribution_is_no_peak():
    centres = np.linspace(0.05, 1.95, 20)
    rising_to_zero = np.exp(-centres / 0.2) + np.exp(-(((centres - 1.05) / 0.2) ** 2))
    assert np.isnan(peak(centres, rising_to_zero, (0, 0.5))[0])
    position, width = peak(centres, rising_to_zero, (0.5, 1.5))
    assert position == pytest.approx(1.05)
    assert width == pytest.approx(2 * 0.2 * np.sqrt(np.log(2)), rel=0.15)


def test_rings_needed_tell_an_exponential_from_a_power_of_the_cutoff():
    sizes, cutoffs = (10, 100, 1000, 10_000), (2, 4, 8, 16)

    def curves(needed):
        """Excess error inverse in the rings, and so many needed for the same error."""
        return {
            R: [(n, Measured(needed(R) / n, 1e-3 * needed(R) / n)) for n in sizes] for R in cutoffs
        }

    exponential = data_growth(curves(lambda R: np.exp(0.2 * R)))
    assert exponential["data_growth"].value == pytest.approx(0.2)
    assert exponential["data_growth_ratio"].value == pytest.approx(1)
    power = data_growth(curves(lambda R: R**2.0))
    # ln 4 over 8 sites, and over 2.
    assert power["data_growth_ratio"].value == pytest.approx(0.25)
    assert data_growth({8: [(10, exact(1.0))]}) == {"data_growth": None, "data_growth_ratio": None}


def test_the_localisation_length_is_that_of_weak_disorder():
    """Of the physics page: 9077, 363, 91 and 40 sites."""
    found = localisation_length(np.array([0.05, 0.25, 0.5, 0.75]), 0.85)
    np.testing.assert_allclose(found, [9077, 363, 90.8, 40.3], rtol=2e-3)
