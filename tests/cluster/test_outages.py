"""Slurm's controller is away for a while: the run goes on, or can be gone on with.

These mostly wait, so they come when the smoke run has enough to do for all cores.
"""

import pytest

from tests.cluster.cluster import DATA, FOLDER, SHARDS
from tests.workflow.conftest import let_go_on, wait_until

pytestmark = pytest.mark.cluster


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
