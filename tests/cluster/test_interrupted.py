"""The main process interrupted or killed; jobs that fail for good, whose time is over, or a rank.

The runs that mostly wait are begun together and looked at when the others have ended.
"""

import os
import re
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.cluster.cluster import (
    DATA,
    FOLDER,
    NETWORK,
    OVERLAY,
    RANKS,
    RANKS_SHARD,
    call,
    weights_sha256,
)
from tests.workflow.conftest import has_ended, let_go_on, merge, wait_until

pytestmark = pytest.mark.cluster

SHARD = f"{FOLDER}/0-1200.h5"
LOG = "logs/faults/chain/train/window-r8-n2.log"
RANKS_RULE = "simulate_qpi_mpi"
STOPPED = [("FAILED", 1), ("FAILED", 2)]
# Two jobs of the other runs find room beside the run that waits for its time to be over.
TWO = "results/two/chain/data/test.h5"
TWO_SHARDS = ("0-1800", "1800-3600")
TWO_FOLDER = "results/two/chain/shards/test"


@pytest.fixture(scope="module", autouse=True)
def overtime(new_cluster_checkout, undisturbed):
    """A run of which one job hangs and one, a training, takes longer than its minute.

    That is the least time that Slurm knows, so this begins first and is looked at last.
    """
    checkout = new_cluster_checkout("overtime")
    with checkout.profile() as profile:
        resources = profile["set-resources"]
        assert resources["train"]["slurm_extra"].startswith("--signal=TERM@")
        resources["train"] = {"runtime": "attempt", "slurm_extra": "--signal=TERM@3"}
        resources["simulate"] = {"runtime": "attempt"}
    for name in ("train", "validation"):
        data = f"results/faults/chain/data/{name}.h5"
        (checkout.folder / data).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(undisturbed.folder / data, checkout.folder / data)
    run = checkout.start("--profile", "slurm", SHARD, NETWORK)

    def slow_down():
        log = checkout.folder / LOG
        wait_until(lambda: log.exists() and "epoch 3/" in log.read_text(), "it trains", 120)
        (trainer,) = trainers(checkout)
        os.kill(trainer, signal.SIGSTOP)  # as if it were slow, until Slurm's warning wakes it

    with ThreadPoolExecutor(3) as pool:
        # Nobody knows which of the two jobs Slurm begins first.
        hanging = pool.submit(checkout.stop_writers, FOLDER, (Path(SHARD).stem,))
        slow = pool.submit(slow_down)

        def watch():
            hanging.result()
            slow.result()
            checkout.check_finished(run)

        yield SimpleNamespace(checkout=checkout, watched=pool.submit(watch))


@pytest.fixture(scope="module", autouse=True)
def bereaved(new_cluster_checkout):
    """A run of which one MPI rank is killed while it computes samples for the other's shard."""
    checkout = new_cluster_checkout("bereaved")
    run = checkout.start("--profile", "slurm", RANKS)
    shard = checkout.folder / RANKS_SHARD

    def ranks():
        found = psutil.process_iter(["environ", "cwd"])
        here = [p for p in found if p.info["cwd"] == str(checkout.folder)]
        numbered = {(p.info["environ"] or {}).get("PMI_RANK"): p for p in here}
        return [numbered[number] for number in ("0", "1")]

    def watch():
        wait_until(lambda: list(shard.parent.glob(".*.tmp")), "the first has begun the shard")
        first, second = ranks()
        before = second.cpu_times().user
        wait_until(lambda: second.cpu_times().user > before + 0.1, "the second computes")
        second.kill()
        seen = SimpleNamespace(at_kill=checkout.made("results/faults"))
        wait_until(lambda: has_ended(first.pid), "the other rank ends")
        wait_until(lambda: checkout.states(RANKS_RULE)[0] == "FAILED", "the job fails")
        seen.after = checkout.made("results/faults")
        checkout.check_finished(run)
        return seen

    with ThreadPoolExecutor(1) as pool:
        yield SimpleNamespace(checkout=checkout, watched=pool.submit(watch))


@pytest.fixture(scope="module", autouse=True)
def mislaunched(new_cluster_checkout):
    """A run with the wrong launcher of MPI ranks; nobody has to watch it."""
    checkout = new_cluster_checkout("mislaunched")
    with checkout.profile() as profile:
        profile["set-resources"]["simulate_qpi_mpi"]["mpi"] = "srun --mpi=none"
    return checkout, checkout.start("--profile", "slurm", "--retries=0", RANKS)


@pytest.fixture(scope="module", autouse=True)
def hopeless(new_cluster_checkout):
    """A run of which no sample converges; nobody has to watch it either."""
    checkout = new_cluster_checkout("hopeless")
    checkout.add_scale("hopeless", {"chain": {"solver": {"max_iterations": 1}}})
    target = "results/hopeless/chain/data/validation.h5"
    return checkout, checkout.start("--profile", "slurm", "--retries=0", target)


def trainers(checkout):
    """The processes that train there."""
    found = psutil.process_iter(["cmdline", "cwd"])
    here = [p for p in found if p.info["cwd"] == str(checkout.folder)]
    return [p.pid for p in here if names(p.info["cmdline"][1:3]) == ["gapworks", "train"]]


def names(words):
    return [Path(word).name for word in words]


# ---- The main process -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def interrupted(new_cluster_checkout):
    """A run that is stopped by Ctrl-C, started again, and killed and resumed twice.

    Its two shards are one job array, of which a task is cancelled before the run is killed.
    """
    checkout = new_cluster_checkout("interrupted")
    for line in ("slurm-array-jobs: simulate", "slurm-array-limit: 25"):
        checkout.edit_profile(f"# {line}", line)
    checkout.add_scale("two", merge(OVERLAY, {"chain": {"shard_size": 1800}}))
    run = checkout.start("--profile", "slurm", TWO)
    writers = checkout.stop_writers(TWO_FOLDER, TWO_SHARDS).values()
    os.killpg(run.pid, signal.SIGINT)  # Ctrl-C: the terminal tells the whole group
    by_ctrl_c = SimpleNamespace(code=run.wait(60), said=checkout.said())
    wait_until(lambda: not checkout.active_jobs(), "its jobs end")
    # Not their snakemakes: one that is told to end while it notes a failure waits for ever for a
    # lock that it holds itself, and only a Slurm with cgroups finds and kills it.
    wait_until(lambda: all(map(has_ended, writers)), "and their writers")
    by_ctrl_c.states = checkout.states("simulate")
    by_ctrl_c.made = {name for name in checkout.made() if "/shards/" in name}
    by_ctrl_c.locks = list((checkout.folder / ".snakemake/locks").glob("*"))

    run = checkout.start("--profile", "slurm", TWO)
    writers = checkout.stop_writers(TWO_FOLDER, TWO_SHARDS)
    array = {checkout.job_of(pid).task: name for name, pid in writers.items()}
    second = max(array)
    call("scancel", second)
    wait_until(lambda: has_ended(writers[array[second]]), "its writer ends")
    again = checkout.stop_writers(TWO_FOLDER, (array[second],))[array[second]]
    by_cancel = SimpleNamespace(array=sorted(array), said=checkout.said())
    by_cancel.again = checkout.job_of(again)

    run.kill()
    run.wait(30)
    by_kill = SimpleNamespace(refused=checkout.snakemake("--profile", "slurm", TWO))
    listing = checkout.resume("--list")
    assert listing.wait(60) == 0
    by_kill.listed = checkout.said()

    cancelling = checkout.resume("--cancel", "--", "--profile", "slurm", TWO)
    old = (writers[array[min(array)]], again)
    wait_until(lambda: all(map(has_ended, old)), "their writers end")
    by_kill.writers = checkout.stop_writers(TWO_FOLDER, TWO_SHARDS)  # those of new jobs
    by_kill.states = checkout.states("simulate")
    cancelling.kill()
    cancelling.wait(30)
    resumed = checkout.resume("--", "--profile", "slurm", TWO)
    wait_until(lambda: "waiting for 2 of them" in checkout.said(), "it waits")
    let_go_on(by_kill.writers.values())
    checkout.check_finished(resumed)
    by_kill.resumed = checkout.said()
    return SimpleNamespace(
        checkout=checkout, by_ctrl_c=by_ctrl_c, by_cancel=by_cancel, by_kill=by_kill
    )


def test_ctrl_c_cancels_the_jobs_and_leaves_no_lock(interrupted, undisturbed):
    left = interrupted.by_ctrl_c
    assert left.code != 0
    assert "Terminating processes on user request" in left.said
    assert left.states == ["CANCELLED"] * len(TWO_SHARDS)
    assert left.made == set()
    assert left.locks == []
    # The same command went on: see the fixture.
    assert interrupted.checkout.checksums(TWO) == undisturbed.checksums(DATA)


def test_a_cancelled_task_of_an_array_is_submitted_again(interrupted, undisturbed):
    left = interrupted.by_cancel
    (number,) = {task.partition("_")[0] for task in left.array}  # one submission
    assert left.array == [f"{number}_1", f"{number}_2"]
    assert f"SLURM-job '{number}_2' failed, SLURM status is: 'CANCELLED'" in left.said
    jobs = interrupted.checkout.jobs_of("simulate")
    (before,) = [job for job in jobs if job.task == f"{number}_2"]
    assert left.again.task == str(left.again.id)  # by itself
    assert left.again.memory > before.memory
    assert interrupted.checkout.checksums(TWO) == undisturbed.checksums(DATA)


def test_the_jobs_of_a_killed_run_are_listed_and_cancelled(interrupted):
    left, jobs = interrupted.by_kill, interrupted.checkout.jobs_of("simulate")
    assert left.refused.returncode != 0
    assert "Directory cannot be locked" in left.refused.output
    assert "jobs that a broken run left: 2; the folder is locked" in left.listed
    tasks = [interrupted.by_cancel.array[0], interrupted.by_cancel.again.task]
    for task, what in zip(tasks, (r" \(of an array\)", "_wildcards_two_chain_test_"), strict=True):
        line = rf"^slurm +{task} +running +rule_simulate{what}"
        assert re.search(line, left.listed, re.MULTILINE)
        assert [job.state for job in jobs if job.task == task] == ["CANCELLED"]
    assert sorted(left.states) == ["CANCELLED"] * 5 + ["RUNNING"] * len(TWO_SHARDS)


def test_a_killed_run_is_resumed_while_its_jobs_go_on_and_nothing_is_made_twice(
    interrupted, undisturbed
):
    checkout, left = interrupted.checkout, interrupted.by_kill
    assert sorted(checkout.states("simulate")) == ["CANCELLED"] * 5 + ["COMPLETED"] * 2
    assert "jobs that a broken run left: 2; the folder is locked" in left.resumed
    # There is a note for the job that was tried again, but of its attempt that failed.
    noted = re.search(r"^noted the settings of .*: (\d+)\nunlocked$", left.resumed, re.M)
    assert noted, left.resumed
    assert int(noted[1]) == len(TWO_SHARDS)
    changed = checkout.make("-n", TWO, "--config", "chain={solver: {tolerance: 1.0e-10}}")
    assert changed.jobs == {"simulate": len(TWO_SHARDS), "gather": 1}
    assert checkout.states("gather") == ["COMPLETED"]
    assert checkout.checksums(TWO) == undisturbed.checksums(DATA)


# ---- Jobs that fail -----------------------------------------------------------------------------


def test_failed_job_shows_its_log_and_fails_the_run(hopeless):
    checkout, run = hopeless
    assert run.wait(600) == 1
    assert [(job.rule, job.state) for job in checkout.jobs()] == [("simulate", "FAILED")]
    (log,) = (checkout.folder / "logs/hopeless/chain/simulate/validation").glob("*.log")
    assert log.read_text().strip() != ""
    assert log.read_text().strip() in checkout.said()
    assert not [name for name in checkout.made() if name.endswith(".h5")]


def test_a_launcher_of_another_mpi_is_refused_by_name(mislaunched):
    checkout, run = mislaunched
    assert run.wait(600) != 0
    assert "the MPI world has 1 rank, not 2" in checkout.said()
    assert checkout.states(RANKS_RULE) == ["FAILED"]
    assert not [name for name in checkout.made() if "/shards/" in name]


def test_a_rank_that_dies_ends_its_job_and_the_job_is_tried_again(bereaved, undisturbed):
    seen = bereaved.watched.result(600)
    (begun,) = seen.at_kill
    assert begun.endswith(".tmp")  # the shard was under way, and not there
    assert seen.after <= {begun}
    checkout = bereaved.checkout
    assert re.search(r"srun: error: n[12]: task 1: Killed\n", checkout.said())
    assert checkout.states(RANKS_RULE) == ["FAILED", "COMPLETED"]
    assert not checkout.unfinished()
    assert checkout.checksums(RANKS) == undisturbed.checksums(RANKS)


# ---- Time that is over ------------------------------------------------------------------------


def test_a_job_beyond_its_time_limit_is_tried_again_with_more(overtime, undisturbed):
    overtime.watched.result(600)
    jobs = overtime.checkout.jobs_of("simulate", f"_{Path(SHARD).stem.replace('-', '_')}")
    assert [(job.state, job.minutes) for job in jobs] == [("TIMEOUT", 1), ("COMPLETED", 2)]
    assert overtime.checkout.checksums(SHARD) == undisturbed.checksums(SHARD)


def test_a_training_is_told_before_its_time_is_over_and_goes_on_from_there(overtime, undisturbed):
    overtime.watched.result(600)
    jobs = overtime.checkout.jobs_of("train")
    attempts = [(job.state, job.minutes) for job in jobs]
    # On a busy machine two minutes may be too little as well.
    assert attempts in ([*STOPPED[:n], ("COMPLETED", n + 1)] for n in (1, 2)), attempts
    # The log of a failed job is printed by the run; that of the next one has replaced it.
    stopped = re.findall(r"^ *stopped in epoch (\d+); \S+ keeps", overtime.checkout.said(), re.M)
    log = (overtime.checkout.folder / LOG).read_text()
    assert re.match(rf"going on after epoch {int(stopped[-1]) - 1}\b", log)
    assert weights_sha256(overtime.checkout, NETWORK) == weights_sha256(undisturbed, NETWORK)
