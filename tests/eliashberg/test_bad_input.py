"""Physics that cannot be, by the command line: one line and no file; a normal metal is named."""

import json

import pytest

from tests.support.command import gapworks_here, refused
from tests.support.config import plan
from tests.workflow.conftest import merge


def simulate(place, **changes):
    settings = json.loads(plan("eliashberg").simulation("simple").canonical_json()) | {"seed": 1}
    given = ["--settings", merge(settings, changes), "--start", 0, "--stop", 4]
    return gapworks_here("simulate", "eliashberg", *given, "--output", place / "0-4.h5")


@pytest.mark.parametrize(
    ("physics", "said"),
    [
        ({"temperature": 0}, "settings: physics.temperature: Input should be greater than 0"),
        ({"temperature": -1.16}, "settings: physics.temperature: "),
        ({"mu_star": -0.1}, "settings: physics.mu_star: "),
        ({"broadening": 0.4}, "broadening of 0.4 meV is not below pi k_B temperature, 0.314 meV"),
        ({"cutoff": 300}, "cutoff of 300 meV is beyond the last Matsubara frequency, 220.1 meV"),
        ({"highest_energy": 300}, "highest_energy of 300 meV is beyond the last Matsubara"),
    ],
)
def test_impossible_physics_is_refused_before_anything_is_solved(place, physics, said):
    refused(simulate(place, physics=physics), said, folder=place)


def test_a_range_that_is_upside_down_is_refused(place):
    ran = simulate(place, spectra={"amplitude": [2, 1]})
    assert "amplitude: Value error, the first value must not be above the second" in ran.stderr
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr


def test_repulsion_that_wins_everywhere_is_named_as_the_reason(place):
    # Repulsion that acts to 220 meV is never stronger than 1 / ln(220 / 10), whatever mu* is.
    weak = {"physics": {"mu_star": 5.0}, "spectra": {"amplitude": [0.05, 0.1]}}
    ran = simulate(place, **weak, solver={"max_draws": 2})
    assert ran.returncode == 1
    assert "4 of 4 samples failed (normal 4; the first: [0, 1, 2, 3])" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(place.iterdir())
