"""Jobs are added up: their CPU time, what it is by the clock, and what is not known is said."""

import pytest
import yaml

from gapworks.config import load
from gapworks.costs.estimate import Sum, estimate, lines, short, spoken
from gapworks.costs.jobs import Job, span
from gapworks.costs.records import RESUMED, Cost, Own, Point, Records, own_records
from gapworks.costs.work import work_of
from tests.conftest import ROOT

SCALES = load(yaml.safe_load((ROOT / "config.yaml").read_text()))[1]
SHARDS = [f"logs/smoke/chain/simulate/train/{start}-{start + 32}.log" for start in (0, 32)]
GATHERED = "logs/smoke/chain/gather/train.log"
TRAINED = "logs/smoke/chain/train/window-r8-n4.log"
ABOUT = {"commit": "abc", "day": "2026-11-30", "processor": "a processor"}
OVERHEADS = {"run": 5.0, "job": 0.0, "alone": 0.0}


def records(*logs, cpu=3.0):
    """Those of jobs that took as much as they will."""
    points = {}
    for log in logs:
        work = work_of(log, SCALES)
        points[work.key] = [Point(work.amount, work.samples, cpu, 400, 2e6, work.like)]
    return Records(points, ABOUT, OVERHEADS)


JOBS = [
    Job("simulate", SHARDS[0], 1, []),
    Job("simulate", SHARDS[1], 1, []),
    Job("gather", GATHERED, 1, [0, 1]),
    Job("train", TRAINED, 1, [2]),
]


def test_jobs_are_added_up_by_rule():
    found = estimate(JOBS, SCALES, records(*SHARDS, GATHERED, TRAINED), cores=2)
    assert found.all.jobs == 4
    assert found.rules["simulate"].jobs == 2
    assert found.rules["simulate"].cpu == pytest.approx(6.0, rel=0.01)
    assert found.all.bytes == pytest.approx(8e6)
    assert found.shards == pytest.approx(4e6)
    assert found.all.low < found.all.cpu < found.all.high
    assert not found.unknown


def test_the_clock_shows_the_longest_chain_of_jobs():
    found = estimate(JOBS, SCALES, records(*SHARDS, GATHERED, TRAINED), cores=2)
    alone = estimate(JOBS, SCALES, records(*SHARDS, GATHERED, TRAINED), cores=1)
    likely = found.all.cpu - OVERHEADS["run"]
    assert found.wall[1] == pytest.approx(OVERHEADS["run"] + 0.75 * likely, rel=0.1)
    assert alone.wall[1] == pytest.approx(OVERHEADS["run"] + likely)


@pytest.mark.parametrize(("cores", "seconds"), [(1, 12), (2, 7), (3, 6), (100, 6)])
def test_independent_jobs_are_spread_over_cores(cores, seconds):
    jobs = [Job("train", "", 1, []) for _ in range(4)]
    assert span(jobs, [1, 2, 3, 6], cores) == pytest.approx(seconds, abs=1)
    assert span(jobs, [1, 2, 3, 6], cores) >= 6


def test_a_job_of_all_cores_runs_by_itself_and_ranks_share_their_work():
    beside = [Job("simulate", "", 1, []), Job("evaluate_alone", "", 64, [])]
    assert span(beside, [4, 5], 8) == 9
    assert span([Job("simulate_qpi_mpi", "", 4, [])], [8], 4) == 2
    assert span([], [], 4) == 0


def test_jobs_without_a_record_are_named_and_counted():
    found = estimate(JOBS, SCALES, records(*SHARDS, GATHERED), cores=2)
    assert found.unknown == ["chain/train/window-r#-n#"]
    said = "\n".join(lines(found))
    assert "NOT COUNTED, never recorded: 1 jobs: chain/train/window-r#-n# (1)" in said
    assert "1 jobs not counted" in short(found)


def test_logs_of_this_folder_scale_what_was_recorded_and_this_is_said(tmp_path):
    known = records(*SHARDS, GATHERED)
    for log, cpu in ((SHARDS[0], 6.0), (SHARDS[1], 6.0), (TRAINED, 50.0)):
        place = tmp_path / log
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"gapworks: used {cpu:.2f} s of CPU, 9.00 s in all, 500 MB\n")
    own = own_records(tmp_path, SCALES, known)
    assert own.jobs == 2
    assert own.ratio == pytest.approx(2.0, rel=0.01)
    found = estimate(JOBS, SCALES, known, cores=2, own=own)
    # What the records do not know is known by its own log.
    assert not found.unknown
    assert found.rules["simulate"].cpu == pytest.approx(12.0, rel=0.01)
    assert found.rules["train"].cpu == pytest.approx(50.0, rel=0.01)
    assert "times 2.00: by 2 logs of this folder" in "\n".join(lines(found))


def test_a_training_that_went_on_from_a_checkpoint_is_no_record_of_a_whole_one(tmp_path):
    place = tmp_path / TRAINED
    place.parent.mkdir(parents=True)
    used = "gapworks: used 3.00 s of CPU, 9.00 s in all, 500 MB\n"
    place.write_text(f"going on after epoch 5, from .window-r2-n2.checkpoint.safetensors\n{used}")
    assert own_records(tmp_path, SCALES, records()) == Own()
    place.write_text(used)
    assert own_records(tmp_path, SCALES, records()).points
    assert RESUMED in (ROOT / "src/gapworks/learning/loop.py").read_text(), "it says otherwise"


def test_another_machine_of_which_no_log_tells_widens_the_range():
    known = records(*SHARDS, GATHERED, TRAINED)
    here = estimate(JOBS, SCALES, known, 2)
    there = estimate(JOBS, SCALES, known, 2, same_machine=False)
    assert there.all.high > here.all.high
    assert there.all.low < here.all.low
    measured = estimate(JOBS, SCALES, known, 2, own=Own(9, 1.0), same_machine=False)
    assert measured.all.high == pytest.approx(here.all.high)


def test_errors_of_one_kind_of_job_add_up_and_those_of_different_kinds_partly_cancel():
    cost, one, two = Cost(5.0, 10.0, 20.0, 100, 0), Sum(), Sum()
    for kind in "ab":
        one.add("a", cost)
        two.add(kind, cost)
    assert (one.low, one.cpu, one.high) == (10, 20, 40)
    assert two.low == pytest.approx(20 - 5 * 2**0.5)
    assert two.high == pytest.approx(20 + 10 * 2**0.5)


def test_nothing_to_be_made_costs_nothing():
    found = estimate([], SCALES, records(), 2)
    assert list(lines(found)) == ["nothing is to be made"]
    assert found.all.cpu == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.5, "0.5 s"), (59, "59 s"), (90, "1.5 min"), (7200, "2.0 h"), (1e6, "12 days")],
)
def test_times_are_said_in_the_unit_that_suits_them(seconds, said):
    assert spoken(seconds) == said
