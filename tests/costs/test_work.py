"""Every job of every scale is known by its log, and its work grows as its sizes do."""

import json

import pytest
import yaml

from gapworks.config import load
from gapworks.costs.work import work_of
from gapworks.plan import Plan
from gapworks.study import STUDIES
from tests.conftest import ROOT

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
SCALES = load(CONFIG)[1]


def changed(scale, study, **sections):
    """The scales, with one of a changed section."""
    said = json.loads(json.dumps(CONFIG))
    said["scales"]["other"] = {**said["scales"][scale], study: sections}
    return load(said)[1]


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("scale", SCALES)
def test_every_evaluation_and_training_of_every_scale_has_work(study, scale):
    plan = Plan(scale, SCALES[scale], study)
    names = plan.study.evaluations_of(plan.scale, named=True)
    assert names
    networks = {one for name in names for one in plan.inputs(name).networks}
    for step, of in (("evaluate", names), ("train", networks)):
        for name in of:
            work = work_of(f"logs/{scale}/{study}/{step}/{name}.log", SCALES)
            assert work.key.startswith(f"{study}/{step}/")
            assert work.amount > 0
            assert work.samples >= 1


def test_work_is_proportional_to_samples_and_epochs():
    log = "logs/{}/chain/train/window-r8-n{}.log"
    longer = changed("laptop", "chain", networks={"window": {"training": {"epochs": 32}}})
    one = work_of(log.format("laptop", 220), SCALES)
    assert work_of(log.format("other", 220), longer).amount == 2 * one.amount
    assert work_of(log.format("laptop", 110), SCALES).amount == one.amount / 2
    shard = "logs/paper/chain/simulate/train/{}.log"
    few, many = (work_of(shard.format(bounds), SCALES) for bounds in ("0-10", "100-200"))
    assert many.amount == 10 * few.amount
    assert many.key == few.key == "chain/simulate/train"


def test_other_physics_is_told_from_other_sizes():
    log = "logs/{}/chain/simulate/train/0-32.log"
    physics = changed("smoke", "chain", physics={"coupling": 2.0})
    sizes = changed("smoke", "chain", datasets={"train": {"realizations": 9}})
    one = work_of(log.format("smoke"), SCALES)
    assert work_of(log.format("other"), physics).like != one.like
    assert work_of(log.format("other"), sizes).like == one.like
    assert work_of(log.format("paper"), SCALES).like == one.like


def test_a_training_that_stops_early_may_take_only_its_patience_at_every_rate():
    log = "logs/paper/{}.log"
    window = work_of(log.format("chain/train/window-r8-n220"), SCALES)
    assert window.shortest == pytest.approx(4 * 6 / 200)  # from 1e-3 to 1e-6 by tens
    assert work_of(log.format("chain/train/surrogate"), SCALES).shortest == 1


@pytest.mark.parametrize(
    "log",
    [
        "logs/nowhere/chain/train/surrogate.log",
        "logs/smoke/phonons/train/surrogate.log",
        "logs/smoke/chain/train/transformer.log",
        "logs/smoke/chain/simulate/train/0-32.benchmark.tsv",
        "results/smoke/chain/data/train.h5",
    ],
)
def test_what_is_no_job_of_this_workflow_has_no_work(log):
    assert work_of(log, SCALES) is None


def test_tables_of_wall_times_are_like_others():
    keys = {
        work_of(f"logs/smoke/chain/{one}.log", SCALES).key for one in ("metrics", "metrics-timing")
    }
    assert keys == {"chain/metrics/metrics"}
    assert work_of("logs/smoke/report.log", SCALES).step == "report"
