"""Faults of jobs and of a node: the run succeeds, with the same data."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cluster.cluster import DATA, FOLDER, SHARDS, call
from tests.workflow.conftest import let_go_on, wait_until

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def battered(daemons, new_cluster_checkout, undisturbed_run):
    """One run of three shards: a job is cancelled, a node goes down, gathering lacks memory."""
    checkout = new_cluster_checkout("battered")
    with checkout.profile() as profile:
        # 60 MB are not enough for anything; the second time it is 1200.
        profile["set-resources"]["gather"] = {"mem_mb": "60 * 20 ** (attempt - 1)"}
    run = checkout.start("--profile", "slurm", DATA)
    writers = checkout.stop_writers(FOLDER, SHARDS)
    first = {name: checkout.job_of(pid) for name, pid in writers.items()}
    assert {job.node for job in first.values()} == {"n1", "n2"}
    (lost, *_) = [name for name in SHARDS if first[name].node == "n2"]
    (cancelled, *_) = [name for name in SHARDS if first[name].node == "n1"]

    call("scancel", first[cancelled].task)
    try:
        daemons.kill_node("n2")
        let_go_on(writers[name] for name in SHARDS if name not in (lost, cancelled))
        requeued = first[lost]
        wait_until(lambda: checkout.job(requeued.id).restarts, "it is requeued")
        # Slurm leaves a requeued job in the queue for two minutes.
        call("scontrol", "update", f"JobId={requeued.task}", "StartTime=now")
        wait_until(
            lambda: checkout.job(requeued.id).state == "COMPLETED",
            "the other node has done it",
        )
    finally:
        daemons.start_node("n2")
    checkout.check_finished(run)
    return SimpleNamespace(
        checkout=checkout, first=first, cancelled=cancelled, lost=lost, said=checkout.said()
    )


def is_restarted(said, job):
    """Whether Snakemake, which has numbers of its own, has begun another attempt of a job."""
    number = re.search(rf"^Job (\d+) has been submitted with SLURM jobid {job.id} ", said, re.M)
    return f"Trying to restart job {number[1]}.\n" in said


def test_a_cancelled_job_is_submitted_again(battered, undisturbed):
    before = battered.first[battered.cancelled]
    jobs = battered.checkout.jobs_of("simulate", before.wildcards)
    assert [job.state for job in jobs] == ["CANCELLED", "COMPLETED"]
    assert jobs[1].memory > jobs[0].memory
    assert f"SLURM-job '{before.task}' failed, SLURM status is: 'CANCELLED'" in battered.said
    assert is_restarted(battered.said, before)
    assert battered.checkout.checksums(DATA) == undisturbed.checksums(DATA)
    assert not battered.checkout.unfinished()


def test_the_jobs_of_a_node_that_goes_down_run_on_another(battered, undisturbed):
    before = battered.first[battered.lost]
    (job,) = battered.checkout.jobs_of("simulate", before.wildcards)
    assert (before.node, before.restarts) == ("n2", 0)
    assert (job.node, job.restarts, job.state) == ("n1", 1, "COMPLETED")
    # No attempt is counted: the same job has the memory that it asked for first.
    assert (job.id, job.memory) == (before.id, before.memory)
    assert not is_restarted(battered.said, before)
    assert battered.checkout.checksums(DATA) == undisturbed.checksums(DATA)


def test_a_job_killed_for_its_memory_is_tried_again_with_more(battered, undisturbed):
    jobs = battered.checkout.jobs_of("gather")
    assert [job.memory for job in jobs] == [60, 1200]
    assert [job.state for job in jobs] == ["FAILED", "COMPLETED"]
    assert f"SLURM-job '{jobs[0].task}' failed, SLURM status is: 'FAILED'" in battered.said
    log = re.search(rf"^ *log: .*, (\S+/{jobs[0].id}\.log) \(check", battered.said, re.M)
    assert log, battered.said
    assert "exceeded memory limit" in Path(log[1]).read_text()
    assert battered.checkout.checksums(DATA) == undisturbed.checksums(DATA)


def test_a_job_goes_by_the_configuration_that_its_run_began_with(new_cluster_checkout, undisturbed):
    checkout = new_cluster_checkout("edited")
    shard = "results/faults/chain/shards/validation/0-16.h5"
    with checkout.profile() as profile:
        profile["set-resources"]["simulate"] = {"slurm_extra": "--hold"}
    run = checkout.start("--profile", "slurm", shard)
    wait_until(checkout.active_jobs, "its job waits")
    with checkout.config() as config:
        config["chain"]["solver"]["tolerance"] = 1e-10
    call("scontrol", "release", *checkout.active_jobs())
    checkout.check_finished(run)
    assert checkout.checksums(shard) == undisturbed.checksums(shard)
    # What the edit touches is made again, and that alone.
    assert checkout.make("-n", shard).jobs == {"simulate": 1}
