"""What was recorded says what others cost, and how far that can be wrong."""

import pytest

from gapworks.costs.records import Point, Records, fitted, kept_records
from gapworks.costs.work import Work

OVERHEADS = {"run": 10.0, "job": 0.1, "alone": 3.0}
SIMULATED = [Point(100, 10, 2.0, 200, 1000), Point(1000, 100, 11.0, 210, 10000)]


def records(**points):
    return Records({key.replace("_", "/"): every for key, every in points.items()}, {}, OVERHEADS)


def test_two_sizes_tell_start_up_from_work():
    line = fitted([(100, 2.0), (1000, 11.0)])
    assert line(0) == pytest.approx(1.0)
    assert line(10_000) == pytest.approx(101.0)


@pytest.mark.parametrize("points", [[(1, 5.0), (10, 3.0)], [(10, 1.0), (100, 20.0)]])
def test_neither_start_up_nor_work_is_negative(points):
    line = fitted(points)
    assert line(0) >= 0
    assert line(1e6) >= line(1e5) >= 0


def test_a_recorded_job_costs_what_it_did():
    cost = records(chain_simulate_train=SIMULATED).cost(Work("chain/simulate/train", 1000, 100))
    assert cost.cpu == pytest.approx(11.0)
    assert cost.low < 11.0 < cost.high < 2 * 11.0
    assert cost.bytes == pytest.approx(10000)
    assert not cost.unlike
    assert not cost.one_size
    assert cost.beyond == 1


def test_the_range_grows_beyond_what_was_recorded_and_this_is_known():
    known = records(chain_simulate_train=SIMULATED)
    near, far = (known.cost(Work("chain/simulate/train", a, a / 10)) for a in (1000, 1e6))
    assert far.beyond == 1000
    assert far.high / far.cpu > near.high / near.cpu


def test_one_size_alone_leaves_open_what_is_start_up():
    known = records(chain_train_a=[Point(10, 10, 0.5, 300, 500)])
    cost = known.cost(Work("chain/train/a", 1000, 1000))
    assert cost.one_size
    assert cost.low == pytest.approx(0.5, rel=0.5)  # nothing but start-up
    assert cost.high == pytest.approx(50.0, rel=0.7)  # nothing but work
    assert cost.low < cost.cpu < cost.high
    assert not known.cost(Work("chain/train/a", 10, 10)).one_size


def test_a_long_job_of_one_size_is_mostly_work():
    known = records(chain_train_a=[Point(10, 10, 100.0, 300, 500)])
    cost = known.cost(Work("chain/train/a", 1000, 1000))
    assert cost.cpu == pytest.approx(10_000, rel=0.01)
    assert known.cost(Work("chain/train/a", 1, 1)).cpu == pytest.approx(10, rel=0.1)


def test_other_settings_than_recorded_double_the_range():
    known = records(chain_simulate_train=SIMULATED)
    alike, other = (
        known.cost(Work("chain/simulate/train", 1000, 100, like)) for like in ("", "else")
    )
    assert other.unlike
    assert other.high / other.cpu == pytest.approx(2 * alike.high / alike.cpu)


def test_memory_of_a_training_grows_with_the_samples_that_it_holds():
    training = [Point(10, 100, 2.0, 300, 500)]
    known = records(chain_simulate_train=SIMULATED, chain_train_a=training)
    few, many = (
        known.cost(Work("chain/train/a", n, n, data="chain/simulate/train")).megabytes
        for n in (100, 10_000_000)
    )
    assert few == pytest.approx(300)
    assert many - few == pytest.approx(2 * 100 * 10_000_000 / 1e6, rel=0.01)


def test_of_what_was_never_recorded_nothing_is_said():
    assert records().cost(Work("chain/train/b", 1, 1)) is None


def test_the_records_that_come_along_know_data_and_trainings_of_every_study():
    kept = kept_records()
    assert {"commit", "day", "processor"} <= kept.about.keys()
    assert kept.overheads.keys() == OVERHEADS.keys()
    steps = {tuple(key.split("/")[:2]) for key in kept.points}
    studies = ("chain", "eliashberg", "qpi")
    assert {(one, step) for one in studies for step in ("simulate", "train")} <= steps
    for every in kept.points.values():
        assert all(one.amount > 0 and one.cpu >= 0 for one in every)
