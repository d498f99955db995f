"""Two runs in one folder, `gapworks resume`, a deleted shard and a full disk, without a cluster."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from gapworks.factory.errors import DataError
from gapworks.runs.leftovers import cancel, orphans, wait
from tests.support import forked
from tests.workflow.conftest import (
    BIN,
    SETTINGS,
    Checkout,
    has_ended,
    let_go_on,
    to_its_end,
    wait_until,
)

OVERLAY = {"chain": {"datasets": {"test": {"realizations": 150}}, "shard_size": 1200}}
SHARDS = ("0-1200", "1200-2400")
FOLDER = "results/two/chain/shards/test"
DATA = "results/two/chain/data/test.h5"
NETWORK = "results/two/chain/models/window-r8-n2.safetensors"
TABLE = "results/two/chain/tables/disorder.csv"


@pytest.fixture(scope="module")
def undisturbed(shared_checkout):
    """Checksums of the data as a run that nobody disturbs makes them."""
    return shared_checkout.undisturbed("two", OVERLAY, DATA)


def simulating(checkout, *options):
    """A run whose two jobs stand still in the middle of their shards, and their processes."""
    checkout.add_scale("two", OVERLAY)
    run = checkout.start("-c2", *options, DATA)
    writers = checkout.stop_writers(FOLDER, SHARDS)
    return run, list(writers.values())


def killed(checkout, *options):
    """A run that was killed, and whose jobs have ended; gives its note."""
    run, writers = simulating(checkout, *options)
    run.kill()
    run.wait(30)
    let_go_on(writers)
    wait_until(lambda: all(map(has_ended, writers)), "its jobs end")
    return checkout.folder / ".snakemake/gapworks-run.json"


def resume(checkout, *arguments):
    """`gapworks resume` to its end: exit code and what it said."""
    command = ["gapworks", "resume", *arguments]
    environment = forked.with_hook(checkout.environment)
    ran = to_its_end(command, checkout.folder, environment, 120)
    return ran.returncode, ran.stdout


def in_an_allocation(checkout):
    """Commands are given in a shell on a node, as `salloc` opens it."""
    checkout.environment["SLURM_JOB_ID"] = "1"


def slurm_says(checkout, *lines, code=0):
    """What `squeue` answers from now on, and its exit code."""
    squeue = checkout.folder.parent / "foreign/squeue"
    said = "".join(f"echo '{line}'\n" for line in lines)
    new = squeue.with_name("squeue.new")
    new.write_text(f"#!/bin/sh\n{{ :\n{said}}} >&{2 if code else 1}\nexit {code}\n")
    new.chmod(0o755)
    new.replace(squeue)


# ---- Two runs, and what a killed one left --------------------------------------------------------


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_is_unharmed(
    checkout, undisturbed
):
    in_an_allocation(checkout)
    run, writers = simulating(checkout)
    second = checkout.snakemake("-c2", DATA)
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.output
    code, said = resume(checkout, "--", "-c2", DATA)
    assert code == 1
    assert f"a run is alive in this folder (process {run.pid})" in said
    assert checkout.unfinished()  # the first one's
    let_go_on(writers)
    assert run.wait(60) == 0, checkout.said()
    assert checkout.checksums(DATA) == undisturbed


def test_resume_ends_the_processes_of_a_killed_run_and_makes_their_shards_again(
    checkout, undisturbed
):
    in_an_allocation(checkout)
    run, writers = simulating(checkout)
    run.kill()
    run.wait(30)
    code, listed = resume(checkout, "--list")
    assert code == 0
    for pid in writers:
        assert re.search(rf"^process +{pid} +running .*gapworks simulate chain", listed, re.M)
    assert "jobs that a broken run left: 2; the folder is locked" in listed
    code, said = resume(checkout)  # which ends them as they are, standing still
    assert code == 0, said
    steps = (f"as before: snakemake -c2 {DATA}", "ending those", "unlocked", "Job stats")
    assert sorted(steps, key=said.index) == list(steps)
    assert "ending those of this machine: 2; trainings keep their checkpoints" in said
    assert finished_rules(said) == ["gather", "simulate", "simulate"]
    assert checkout.checksums(DATA) == undisturbed
    assert not checkout.unfinished()


def test_resume_leaves_alone_what_somebody_started_by_hand_in_the_folder(checkout):
    checkout.add_scale("two", OVERLAY)
    arguments = ("--settings", json.dumps(SETTINGS), "--start", "0", "--stop", "1200")
    mine = checkout.start(
        *("simulate", "chain", *arguments, "--output", "mine/0-1200.h5"), program="gapworks"
    )
    checkout.stop_writers("mine", ("0-1200",))
    code, said = resume(checkout, "--", "-n", DATA)
    assert code == 0, said
    assert "jobs that a broken run left: 0; the folder is not locked" in said
    let_go_on([mine.pid])
    assert mine.wait(60) == 0


def test_resume_lets_a_training_of_a_killed_run_go_on_from_where_it_was(checkout):
    checkout.add_scale("two", {"chain": {"networks": {"window": {"training": {"epochs": 120}}}}})
    log = checkout.folder / "logs/two/chain/train/window-r8-n2.log"
    run = checkout.start("-c2", NETWORK)
    wait_until(lambda: log.exists() and "epoch 5/" in log.read_text(), "it trains")
    run.kill()
    run.wait(30)
    code, said = resume(checkout, "--", "-c2", NETWORK)
    assert code == 0, said
    assert "ending those of this machine: 1; trainings keep their checkpoints" in said
    assert re.match(r"going on after epoch \d+", log.read_text())
    assert finished_rules(said) == ["train"]


SHARE = ("--config", 'chain={"max_failed_share": 0.5}')
LEARNING = ("--config", 'chain={"networks": {"window": {"training": {"learning_rate": 0.002}}}}')


@pytest.fixture(scope="module")
def killed_training(compiled, tmp_path_factory):
    """A checkout whose run was killed when a network had been made, and a copy of it as it was."""
    checkout = Checkout(tmp_path_factory.mktemp("unattended"))
    checkout.add_scale("two", OVERLAY)
    checkout.make(NETWORK)
    killed(checkout, *SHARE, "--")
    kept = checkout.folder.with_name("kept")
    subprocess.run(["cp", "-a", checkout.folder, kept], check=True)
    yield checkout, kept
    checkout.stop()


@pytest.fixture(params=["first made", "made again"])
def unattended(killed_training, request):
    """A network that a job finished after its run was killed, as it looks to Snakemake.

    Slurm's jobs do so: they end without a note of what their files are made of, beside the note of
    the files before if these were made again. (Dates and notes are changed by hand here.)
    """
    checkout, kept = killed_training
    shutil.rmtree(checkout.folder)
    subprocess.run(["cp", "-a", kept, checkout.folder], check=True)
    if request.param == "first made":
        shutil.rmtree(checkout.folder / ".snakemake/metadata")
    for end in (".safetensors", ".json"):
        (checkout.folder / NETWORK).with_suffix(end).touch()
    return checkout


@pytest.mark.parametrize("unlocked", [False, True])
def test_resume_notes_what_jobs_finished_unattended_are_made_of(unattended, unlocked):
    if unlocked:  # as if Ctrl-C had ended the run, after it lost sight of its jobs
        shutil.rmtree(unattended.folder / ".snakemake/locks")
    (unattended.folder / "config.yaml").touch()
    (unattended.folder / NETWORK).with_name("notes.txt").touch()
    code, said = resume(unattended, "--", "-c2", "-n", *SHARE, "--", NETWORK)
    assert code == 0, said
    assert "noted the settings of finished shards and networks: 2" in said
    assert unattended.make("-n", *LEARNING, "--", NETWORK).jobs["train"] == 1


def test_what_a_run_finished_unattended_is_noted_as_the_run_was_configured(unattended):
    """And not as config.yaml says now."""
    path = unattended.folder / "config.yaml"
    before = path.read_text()
    with unattended.config() as config:
        config["chain"]["networks"]["window"]["training"]["learning_rate"] = 0.002
    code, said = resume(unattended, "--", "-c2", "-n", "--", NETWORK)
    assert code == 0, said
    assert "noted the settings of finished shards and networks: 2" in said
    assert "it was made with other settings" in said
    path.write_text(before)
    assert unattended.make("-n", NETWORK).nothing_to_be_done


def test_networks_of_code_that_was_changed_since_are_not_noted(unattended):
    note = unattended.folder / ".snakemake/gapworks-run.json"
    began, written = note.stat(), note.read_text()

    def write(text):
        note.write_text(text)
        os.utime(note, ns=(began.st_atime_ns, began.st_mtime_ns))

    code = json.loads(written)["code"]
    assert set(code) >= {"chain", "eliashberg", "qpi"}
    write(json.dumps(json.loads(written) | {"code": code | {"chain": "another"}}))
    ended, said = resume(unattended, "--", "-c2", "-n", "--", NETWORK)
    assert ended == 1
    card = NETWORK.replace(".safetensors", ".json")
    assert f"by code that was changed since:\n{card}\n{NETWORK}\ndelete them, or put" in said
    assert "unlocked" not in said
    write(written)
    ended, said = resume(unattended, "--", "-c2", "-n", "--", NETWORK)
    assert ended == 0, said
    assert "noted the settings of finished shards and networks: 2" in said


@pytest.mark.parametrize("unattended", ["first made"], indirect=True)
def test_what_could_not_be_noted_is_noted_when_resume_is_called_again(unattended):
    stray = (unattended.folder / NETWORK).with_name("no-such-network.safetensors")
    stray.touch()
    command = ("--", "-c2", "-n", *SHARE, "--", NETWORK)
    code, said = resume(unattended, *command)
    assert code == 1
    assert "move away what does not belong there" in said
    assert str(stray.relative_to(unattended.folder)) in said
    assert "unlocked" not in said
    stray.unlink()
    code, said = resume(unattended, *command)
    assert code == 0, said
    assert said.index("noted the settings of finished shards and networks: 2") < said.index(
        "unlocked"
    )


def test_resume_knows_the_arguments_of_the_run_whatever_they_were(checkout):
    killed(checkout, *SHARE, "--quiet", "all", "--slurm-array-jobs", "", "--")
    command = """snakemake -c2 --config 'chain={"max_failed_share": 0.5}' --quiet all"""
    code, said = resume(checkout)
    assert code == 0, said
    assert f"going on as before: {command} --slurm-array-jobs '' -- {DATA}\n" in said
    assert (checkout.folder / DATA).exists()


def test_resume_does_not_repeat_what_forced_unasked_nor_guess_whether_a_run_elsewhere_is_alive(
    checkout,
):
    note = killed(checkout, "--forceall", "--")
    code, said = resume(checkout)
    assert code == 1
    assert "the last run made again what was there: give snakemake's arguments after --" in said
    assert said.endswith(f"It was: snakemake -c2 --forceall -- {DATA}\n")
    code, said = resume(checkout, "chain", "--list")
    assert (code, said.split(": gap")[0]) == (1, "gapworks: what is snakemake's goes after --")

    written = json.loads(note.read_text())
    note.write_text(json.dumps(written | {"host": "login2"}))
    code, said = resume(checkout, "--", "-n", DATA)
    assert code == 1
    assert "the run that locked the folder was started on login2" in said
    note.unlink()  # it broke off before, or has not come so far
    code, said = resume(checkout, "--", "-n", DATA)
    assert code == 1
    assert "the run that locked the folder was started on a machine that is not known" in said
    assert checkout.snakemake("--unlock").returncode == 0  # the way out that is named
    assert resume(checkout, "--", "-n", DATA)[0] == 0


def test_a_run_is_known_to_be_alive_however_it_was_started(checkout):
    checkout.add_scale("two", OVERLAY)
    run = checkout.start("-u", "-m", "snakemake", "-c2", DATA, program="python")
    writers = checkout.stop_writers(FOLDER, SHARDS)
    code, said = resume(checkout, "--", "-c2", DATA)
    assert code == 1
    assert f"a run is alive in this folder (process {run.pid})" in said
    let_go_on(writers.values())
    assert run.wait(60) == 0, checkout.said()


def finished_rules(said):
    return sorted(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", said, re.M))


def test_resume_does_not_go_on_while_slurm_does_not_answer(checkout):
    killed(checkout)
    (lock,) = (checkout.folder / ".snakemake/locks").glob("*.input.lock")
    away = "Unable to contact slurm controller (connect failure)"
    nowhere = "Could not establish a configuration source"
    for words, had_jobs, code in (
        (away, False, 1),
        (nowhere, True, 1),
        (nowhere, False, 0),  # commands of a cluster that never was here
    ):
        slurm_says(checkout, f"squeue: error: {words}", code=1)
        if had_jobs:
            (checkout.folder / ".snakemake/slurm_logs").mkdir()
        ended, said = resume(checkout, "--", "-n", DATA)
        assert ended == code, said
        assert ("the run's jobs are unknown: squeue: error:" in said) == bool(code)
        assert "Traceback" not in said
        assert ("Job stats" in said) == (code == 0)
        assert lock.exists() == bool(code)
        if had_jobs:
            (checkout.folder / ".snakemake/slurm_logs").rmdir()


def test_resume_without_squeue_does_not_go_on_where_jobs_were_on_slurm(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert orphans(tmp_path) == []
    (tmp_path / ".snakemake/slurm_logs").mkdir(parents=True)
    with pytest.raises(DataError, match="squeue is not here: go to where it is"):
        orphans(tmp_path)


def test_an_outage_of_slurm_does_not_end_the_wait(tmp_path, monkeypatch):
    squeue, asked = tmp_path / "squeue", tmp_path / "asked"
    away = "echo 'Unable to contact slurm controller' >&2; exit 1"
    squeue.write_text(f"#!/bin/sh\n[ -e {asked} ] || {{ touch {asked}; {away}; }}\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    said = []
    wait(tmp_path, said.append)
    assert [line.partition(",")[0] for line in said] == ["squeue does not answer"]


def test_a_job_that_could_not_be_cancelled_is_cancelled_when_slurm_is_back(tmp_path, monkeypatch):
    asked, gone = tmp_path / "asked", tmp_path / "gone"
    away = "echo 'Unable to contact slurm controller' >&2; exit 1"
    job = f"7|7|RUNNING|None|rule_simulate|{tmp_path}"
    for name, script in {
        "squeue": f"[ -e {gone} ] || echo '{job}'",
        "scancel": f"[ -e {asked} ] || {{ : > {asked}; {away}; }}\n[ $* = 7 ] && : > {gone}",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    wait(tmp_path, lambda line: None, cancelling=True)
    assert gone.exists()


def test_a_process_that_does_not_end_as_it_was_told_to_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("gapworks.runs.leftovers.DEAF_SECONDS", 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "gapworks"
    program.write_text("#!/bin/sh\ntrap '' TERM\necho ready\nread line\n")
    program.chmod(0o755)
    mark = {"GAPWORKS_RUN": str(tmp_path)}
    pipe = subprocess.PIPE
    with subprocess.Popen([program], cwd=tmp_path, env=mark, stdin=pipe, stdout=pipe) as deaf:
        assert deaf.stdout.readline() == b"ready\n"
        cancel(orphans(tmp_path))
        said = []

        def kill(line):
            said.append(line)
            deaf.kill()

        wait(tmp_path, kill)
    assert said == [
        "waiting for 1 of them to end (Ctrl-C: leave them and stop here); these do not end as they "
        f"were told to: kill -9 {deaf.pid}"
    ]
    assert deaf.returncode == -signal.SIGKILL


def test_of_two_resumes_the_second_is_refused_and_the_first_can_be_interrupted(checkout):
    checkout.add_scale("two", OVERLAY)
    rule = "rule_simulate_wildcards_two_chain_test_0"
    job = ("7", "7", "PENDING", "PartitionTimeLimit", rule, str(checkout.folder))
    slurm_says(checkout, "|".join(job), "8|8|PENDING|Priority|rule_all|/elsewhere")
    assert (
        f"slurm           7  pending     {rule} (PartitionTimeLimit)\n"
        in resume(checkout, "--list")[1]
    )
    first = checkout.start("resume", "--", "-n", DATA, program="gapworks")
    wait_until(lambda: "waiting for 1 of them to end" in checkout.said(), "it waits")
    code, said = resume(checkout, "--", "-n", DATA)
    assert (code, said) == (1, "gapworks: another gapworks resume is at work in this folder\n")
    first.send_signal(signal.SIGINT)
    assert first.wait(60) == 130
    assert checkout.said().endswith(
        "stopped waiting: the folder stays as it is, what was not ended goes on\n"
    )
    assert "Job stats" not in checkout.said()
    slurm_says(checkout)
    code, said = resume(checkout, "--", "-n", DATA)
    assert code == 0, said


def test_resume_where_nothing_runs_says_so_and_runs(shared_checkout, undisturbed, tmp_path):
    code, said = resume(shared_checkout, "--", "-c2", DATA)
    assert code == 0
    assert "jobs that a broken run left: 0; the folder is not locked" in said
    assert "Nothing to be done" in said
    elsewhere = subprocess.run(
        [BIN / "gapworks", "resume"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert elsewhere.returncode == 2
    assert elsewhere.stderr.startswith("gapworks: no Snakefile here: go to the folder of the run")


# ---- Shards that are gone, a disk that is full ---------------------------------------------------


def test_a_shard_deleted_after_gathering_is_not_missed_until_it_is_needed(
    shared_checkout, undisturbed
):
    shared_checkout.make(TABLE)
    shard = shared_checkout.folder / FOLDER / "0-1200.h5"
    other = shard.with_name("1200-2400.h5")
    shard.unlink()
    before = other.stat().st_mtime_ns
    assert shared_checkout.make(DATA).nothing_to_be_done
    assert shared_checkout.make(TABLE).nothing_to_be_done
    # Another reason to gather brings it back, and it alone.
    (shared_checkout.folder / DATA).unlink()
    assert shared_checkout.make(DATA).jobs == {"simulate": 1, "gather": 1}
    assert other.stat().st_mtime_ns == before
    assert shared_checkout.checksums(DATA) == undisturbed


@pytest.fixture
def full_disk(checkout):
    """The results on a file system of 256 kB, where that may be mounted."""
    folder = checkout.folder / "results/two"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_fails_the_jobs_and_with_room_the_same_command_works(
    checkout, full_disk, undisturbed
):
    checkout.add_scale("two", OVERLAY)
    ran = checkout.snakemake("-c2", DATA)
    assert ran.returncode != 0
    assert f"gapworks: {FOLDER}/0-1200.h5: cannot be written: the disk is full" in ran.output
    assert "make room or choose another place, then run the same command again" in ran.output
    assert "Traceback (most recent call last)" not in ran.output
    assert not [path for path in full_disk.rglob("*") if path.is_file()]
    larger = ["mount", "-o", "remount,size=128m", str(full_disk)]
    subprocess.run(larger, check=True, capture_output=True)
    checkout.make(DATA)
    assert checkout.checksums(DATA) == undisturbed


def test_a_run_clears_away_what_killed_jobs_left_where_nothing_is_written_any_more(
    shared_checkout, undisturbed
):
    folder = shared_checkout.folder / "results/two/chain/shards/left"
    folder.mkdir(parents=True)
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, written = (
        folder / f".0-5.h5.{socket.gethostname()}-{pid}.tmp" for pid in (ended.pid, os.getpid())
    )
    for path in (left, written):
        path.write_bytes(b"half")
    assert shared_checkout.snakemake("-n", DATA).returncode == 0
    assert left.exists()
    shared_checkout.make(DATA)
    assert not left.exists()
    assert written.exists()
