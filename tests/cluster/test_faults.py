"""Faults of jobs, of a node and of Slurm itself: the run succeeds, with the same data."""

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


def test_a_run_goes_on_when_slurms_controller_is_back(daemons, new_cluster_checkout, undisturbed):
    checkout = new_cluster_checkout("restart")
    run = checkout.start("--profile", "slurm", "--verbose", DATA)
    writers = checkout.stop_writers(FOLDER, SHARDS)
    daemons.kill_controller()
    try:
        wait_until(lambda: checkout.said().count("could not check status") > 1, "it asks in vain")
        assert "(final attempt)" not in checkout.said()
    finally:
        daemons.start_controller()
    let_go_on(writers.values())
    checkout.check_finished(run, 300)
    assert checkout.states("simulate") == ["COMPLETED"] * len(SHARDS)
    assert checkout.checksums(DATA) == undisturbed.checksums(DATA)


def test_a_run_that_lost_sight_of_its_jobs_is_killed_and_goes_on_with_what_they_made(
    daemons, new_cluster_checkout, undisturbed
):
    checkout = new_cluster_checkout("outage")
    with checkout.profile() as profile:
        profile["slurm-status-attempts"] = 1  # so that an outage of seconds is a long one
    run = checkout.start("--profile", "slurm", "--verbose", DATA)
    writers = checkout.stop_writers(FOLDER, SHARDS)
    daemons.kill_controller()
    try:
        wait_until(lambda: "(final attempt)" in checkout.said(), "it has asked in vain")
        let_go_on(writers.values())
        shards = [checkout.folder / FOLDER / f"{name}.h5" for name in SHARDS]
        wait_until(lambda: all(shard.exists() for shard in shards), "the jobs do their work")
    finally:
        daemons.start_controller()
    wait_until(lambda: not checkout.active_jobs(), "the jobs end")
    made = [shard.stat().st_ino for shard in shards]

    # It will never look for them again, and has to be ended before another goes on.
    assert run.poll() is None
    refused = checkout.resume("--", "--profile", "slurm", DATA)
    assert refused.wait(60) == 1
    assert f"a run is alive in this folder (process {run.pid})" in checkout.said()
    run.kill()
    run.wait(30)
    checkout.check_finished(checkout.resume("--", "--profile", "slurm", DATA))
    assert "jobs that a broken run left: 0; the folder is locked" in checkout.said()
    assert f"finished shards and networks: {len(SHARDS)}\nunlocked\n" in checkout.said()
    assert checkout.states("simulate") == ["COMPLETED"] * len(SHARDS)
    assert [shard.stat().st_ino for shard in shards] == made
    assert checkout.checksums(DATA) == undisturbed.checksums(DATA)
    # They are known as if the run had not been killed: a changed setting makes them again.
    with checkout.config() as config:
        config["chain"]["solver"]["tolerance"] = 1e-10
    assert checkout.make("-n", DATA).jobs == {"simulate": len(SHARDS), "gather": 1}
