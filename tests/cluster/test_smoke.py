"""The smoke scale of all three studies on Slurm, from a fresh checkout, as README says it."""

from __future__ import annotations

import math

import pytest

from gapworks.study import STUDIES
from tests.cluster.cluster import ClusterCheckout, weights_sha256
from tests.cluster.smoke import ALL, SECONDS, TABLE
from tests.support.config import plan
from tests.workflow.conftest import Checkout

pytestmark = pytest.mark.cluster

MADE = {name: plan(name).study.made for name in STUDIES}
FIGURES = {name: len(made("figures", plan(name).scale)) for name, made in MADE.items()}
TABLES = {name: len(made("tables", plan(name).scale)) for name, made in MADE.items()}
"""How many there are, besides the claims."""
CLAIMS = {name: len(plan(name).claims()) for name in STUDIES}
"""Tables of claims: those of wall times stand by themselves."""


@pytest.fixture(scope="module")
def smoke(smoke_run):
    """That run when it has ended."""
    smoke_run.wait()
    return smoke_run


@pytest.fixture(scope="module")
def local(compiled, smoke, tmp_path_factory):
    """The data sets and some networks that the run on Slurm made, made here without it."""
    checkout = Checkout(tmp_path_factory.mktemp("local"))
    files = data_sets(smoke.checkout) + some_networks(smoke.checkout)
    run = checkout.snakemake("-c2", *files, timeout=SECONDS)
    assert run.returncode == 0, run.output
    return checkout


def data_sets(checkout: ClusterCheckout) -> list[str]:
    """Gathered data sets."""
    return sorted(
        name
        for name in checkout.made()
        if name.endswith(".h5") and name.split("/")[3] == "data" and name.count("/") == 4
    )


def some_networks(checkout: ClusterCheckout) -> list[str]:
    """The weights of the first and of the last network of each study, by name."""
    made = sorted(name for name in checkout.made() if name.endswith(".safetensors"))
    by_study = [[name for name in made if f"/{study}/" in name] for study in STUDIES]
    return [name for names in by_study for name in (names[0], names[-1])]


def test_a_table_is_made_from_nothing(smoke):
    assert (smoke.checkout.folder / TABLE).read_text().count("\n") > 1
    assert not [name for name in smoke.table.made if "/chain/" in name]
    assert {job.rule for job in smoke.table.jobs} == {
        "simulate_qpi_mpi",
        "gather",
        "train_qpi",
        "evaluate_heavy",
        "draw_table",
    }


def test_all_figures_and_tables_are_made_and_no_job_is_run_twice(smoke):
    checkout = smoke.checkout
    again = checkout.snakemake("-n", *ALL)
    assert again.nothing_to_be_done, again.output
    made = checkout.made("results/smoke")
    for study, figures in FIGURES.items():
        of_study = {name for name in made if f"/{study}/" in name}
        assert sum(name.endswith(".pdf") for name in of_study) == figures
        assert sum(name.endswith(".png") for name in of_study) == figures
        assert sum(name.endswith(".csv") for name in of_study) == TABLES[study] + CLAIMS[study]
    for name in made:
        if name.endswith(".pdf"):
            assert (checkout.folder / name).read_bytes().startswith(b"%PDF")
    assert not checkout.unfinished()
    assert {job.state for job in checkout.jobs()} == {"COMPLETED"}


def test_all_arrays_are_those_of_a_local_run(smoke, local):
    files = data_sets(smoke.checkout)
    assert {name.split("/")[2] for name in files} == set(STUDIES)
    of_slurm = smoke.checkout.checksums(*files)
    assert of_slurm == local.checksums(*files)
    assert len(of_slurm) > len(files)


def test_weights_are_those_of_a_local_run(smoke, local):
    files = some_networks(smoke.checkout)
    of_slurm = {name: weights_sha256(smoke.checkout, name) for name in files}
    assert of_slurm == {name: weights_sha256(local, name) for name in files}


def test_ranks_are_spread_over_two_nodes(smoke):
    """srun starts MPICH's ranks as one world: `--ranks 2` would refuse any other."""
    jobs = [job for job in smoke.checkout.jobs() if job.rule == "simulate_qpi_mpi"]
    assert len(jobs) == len([name for name in smoke.checkout.made() if "/qpi/shards/" in name])
    assert {job.node for job in jobs} == {"n[1-2]"}
    began = {tuple(line.split()) for line in smoke.ranks}
    for job in jobs:
        of_job = {(rank, node) for number, rank, node in began if number == str(job.id)}
        assert of_job == {("0", "n1"), ("1", "n2")}


def test_tiny_jobs_share_a_job(smoke):
    jobs = [job.rule for job in smoke.checkout.jobs()]
    drawn = sum(FIGURES.values()) + sum(TABLES.values())
    assert sum(name.startswith("draw_") for name in jobs) == 1 + math.ceil((drawn - 1) / 8)
    assert jobs.count("judge_claims_metrics") == sum(CLAIMS.values())


def test_a_training_of_qpi_gets_a_gpu_where_the_profile_says_so(smoke):
    trainings = smoke.checkout.jobs_of("train_qpi")
    assert {(job.partition, job.node, job.gpus) for job in trainings} == {("gpu", "n2", 1)}
    others = [job for job in smoke.checkout.jobs() if job.rule != "train_qpi"]
    assert {(job.partition, job.gpus) for job in others} == {("main", 0)}


@pytest.mark.parametrize("rules", ["simulate", "gather; simulate", "all"])
def test_job_arrays_and_a_limit_on_jobs_are_refused_together(smoke, rules):
    data, arrays = "results/smoke/chain/data/train.h5", ("--slurm-array-jobs", rules)
    run = smoke.checkout.snakemake("--profile", "slurm", "--forceall", "--jobs=2", *arrays, data)
    assert run.returncode == 1
    assert "2 may be submitted at a time: with job arrays the run would hang" in run.output
    assert "--slurm-array-jobs ''" in run.output
    assert "Traceback" not in run.output
