"""What a run will cost is said before it begins, of the very jobs that it would do."""

import json
import re

import pytest
import yaml

from gapworks.config import load
from gapworks.costs.jobs import PLANNED
from gapworks.costs.records import kept_records
from gapworks.costs.scales import jobs_of_scale, replaced, section
from gapworks.costs.work import work_of
from tests.conftest import ROOT
from tests.workflow.conftest import to_its_end

FIGURE = "results/tiny/chain/figures/fig1.pdf"


def cost(checkout, *arguments):
    """Run `gapworks cost`."""
    return to_its_end(["gapworks", "cost", *arguments], checkout.folder, checkout.environment)


def test_a_dry_run_says_in_a_line_what_it_would_cost(shared_checkout):
    said = shared_checkout.snakemake("-n", FIGURE).output
    (line,) = re.findall(
        r"^(\d+) jobs, about .* of CPU \(.* to .*\), .*; gapworks cost says more$", said, re.M
    )
    planned = re.search(r"^total +(\d+)$", said, re.MULTILINE)
    assert line == planned[1]


def test_the_jobs_of_a_target_are_counted_by_rule(shared_checkout, tmp_path):
    ran = cost(shared_checkout, FIGURE, "-c", "2", "--json", tmp_path / "cost.json")
    assert ran.returncode == 0, ran.stdout
    said = json.loads((tmp_path / "cost.json").read_text())
    jobs = shared_checkout.snakemake("-n", FIGURE).jobs
    assert {rule: one["jobs"] for rule, one in said["rules"].items()} == {
        rule: count for rule, count in jobs.items() if rule != "total"
    }
    assert said["all"]["low"] <= said["all"]["cpu"] <= said["all"]["high"]
    assert re.search(r"^on 2 cores: about ", ran.stdout, re.MULTILINE)


def test_options_of_snakemake_are_taken_as_it_takes_them(shared_checkout):
    ran = cost(shared_checkout, "--config", "scale=smoke", "qpi")
    assert ran.returncode == 0, ran.stdout
    assert "simulate_qpi" in ran.stdout
    assert not re.search(r"^simulate ", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["results/tiny/chain/figures/fig99.pdf"], "fig99"),
        (["--config", "scale=enormous", "chain"], "enormous"),
    ],
)
def test_what_cannot_be_planned_is_an_error_with_snakemakes_reason(
    shared_checkout, arguments, said
):
    ran = cost(shared_checkout, *arguments)
    assert ran.returncode == 1
    assert said in ran.stdout
    assert "Using workflow specific profile" not in ran.stdout
    assert "Traceback" not in ran.stdout


def test_outside_of_a_checkout_it_is_said_where_to_go(shared_checkout, tmp_path):
    ran = to_its_end(["gapworks", "cost"], tmp_path, shared_checkout.environment)
    assert ran.returncode == 2
    assert "no Snakefile here" in ran.stdout


@pytest.mark.parametrize("scale", ["smoke", "paper"])
def test_a_scale_has_the_jobs_that_snakemake_plans(shared_checkout, tmp_path, scale):
    scales = load(yaml.safe_load((ROOT / "config.yaml").read_text()))[1]
    found = {job.log: job for job in jobs_of_scale(scale, scales[scale])}
    shared_checkout.environment[PLANNED] = str(tmp_path / "jobs.json")
    try:
        shared_checkout.snakemake("-n", "--quiet", "all", "-F", "--config", f"scale={scale}")
    finally:
        del shared_checkout.environment[PLANNED]
    planned = json.loads((tmp_path / "jobs.json").read_text())["jobs"]
    assert {job["log"] for job in planned} == found.keys()
    assert all(work_of(job["log"], scales) for job in planned)
    after = {job["log"]: sorted(planned[one]["log"] for one in job["after"]) for job in planned}
    ours = list(found.values())
    assert after == {job.log: sorted(ours[one].log for one in job.after) for job in ours}


def test_the_table_of_all_scales_in_the_docs_is_that_of_the_records():
    """`gapworks cost --scales --page docs/scaling.md` mends it."""
    scales = load(yaml.safe_load((ROOT / "config.yaml").read_text()))[1]
    page = (ROOT / "docs/scaling.md").read_text()
    made = section(scales, kept_records())
    assert replaced(page, made) == page
    for name in scales:
        assert f"| `{name}` |" in made


def test_a_page_without_a_place_for_the_table_is_refused():
    with pytest.raises(ValueError, match="has no <!-- gapworks cost"):
        replaced("# Scaling\n", "table")
