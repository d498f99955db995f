"""Killed and interrupted runs: the data come out the same, and only what is new is made."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from gapworks.factory.reading import verify
from tests.conftest import ROOT
from tests.workflow.conftest import BIN, SETTINGS, has_ended, let_go_on, wait_until

# ---- One command ---------------------------------------------------------------------------------

SAMPLES = 1600  # a second or two


def gapworks(*arguments, **options):
    """Start a command of the package."""
    return subprocess.Popen(
        [BIN / "gapworks", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def simulate(folder, threads=1):
    settings = ["--settings", json.dumps(SETTINGS), "--start", 0, "--stop", SAMPLES]
    output = ["--threads", threads, "--output", folder / f"0-{SAMPLES}.h5"]
    return gapworks("simulate", "chain", *settings, *output)


def gather(folder, output):
    settings = ["--settings", json.dumps(SETTINGS), "--folder", folder]
    sizes = ["--samples", SAMPLES, "--shard-size", SAMPLES, "--output", output]
    return gapworks("gather", "chain", *settings, *sizes)


def finish(process, seconds=120):
    """Exit code and what stood on stderr."""
    _, stderr = process.communicate(timeout=seconds)
    return process.returncode, stderr


def temporary(folder):
    return list(folder.glob(".*.tmp"))


@contextmanager
def in_the_middle(command, folder, output):
    """A process that has begun to write `output` and has not put it into its place.

    If it was too quick, it is started again: at the latest when the machine is idle it is caught.
    """
    for _ in range(20):
        process = command()
        wait_until(lambda p=process: temporary(folder) or p.poll() is not None, "it writes")
        if process.poll() is None and not output.exists():
            break
        assert finish(process)[0] == 0
        output.unlink()
    else:
        pytest.fail("never caught it writing")
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture(scope="module")
def whole(compiled, tmp_path_factory):
    """A shard that nobody disturbed, in a folder of its own."""
    folder = tmp_path_factory.mktemp("whole")
    assert finish(simulate(folder))[0] == 0
    return folder / f"0-{SAMPLES}.h5"


def test_simulate_after_kill_9_gives_the_same_arrays(whole, tmp_path):
    shard = tmp_path / whole.name
    with in_the_middle(lambda: simulate(tmp_path), tmp_path, shard) as process:
        time.sleep(0.2)
        process.kill()
        process.wait()
        assert not shard.exists()
        assert temporary(tmp_path)  # nobody was left to remove it ...
    assert finish(simulate(tmp_path, threads=2))[0] == 0
    assert os.listdir(tmp_path) == [shard.name]  # ... but the next writer does
    assert verify(shard).checksums == verify(whole).checksums


def test_gather_after_kill_9_gives_the_same_arrays(whole, tmp_path):
    data = tmp_path / "test.h5"
    with in_the_middle(lambda: gather(whole.parent, data), tmp_path, data) as process:
        process.kill()
        process.wait()
        assert not data.exists()
        assert temporary(tmp_path)
    assert finish(gather(whole.parent, data))[0] == 0
    assert os.listdir(tmp_path) == [data.name]
    assert verify(data).checksums == verify(whole).checksums


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("what", ["simulate", "gather"])
def test_an_interrupted_command_says_so_and_leaves_nothing(whole, tmp_path, what, how):
    output = tmp_path / (whole.name if what == "simulate" else "test.h5")
    if what == "simulate":
        command = lambda: simulate(tmp_path, threads=2)  # noqa: E731
    else:
        command = lambda: gather(whole.parent, output)  # noqa: E731
    with in_the_middle(command, tmp_path, output) as process:
        process.send_signal(how)
        returncode, stderr = finish(process)
        assert returncode == 130, stderr
        assert "gapworks: interrupted" in stderr
        assert "Traceback" not in stderr
        assert not os.listdir(tmp_path)


def test_an_interrupt_while_an_old_file_is_replaced_keeps_the_old_file(whole, tmp_path):
    shard = tmp_path / whole.name
    shard.write_bytes(b"old")
    process = simulate(tmp_path)
    wait_until(lambda: temporary(tmp_path), "it writes")
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130
    assert os.listdir(tmp_path) == [shard.name]
    assert shard.read_bytes() == b"old"


AT_EVERY_CALL = """
import os, signal, sys
from pathlib import Path
from gapworks.factory import container, disk
from gapworks.factory.shards import simulate_shard
from tests.support import toy

folder = Path(sys.argv[1])
ours = {container.__file__, disk.__file__}

def run(n):
    # The n-th call of a function of the writer is when the signal comes.
    count = 0
    def watch(frame, event, argument):
        nonlocal count
        if event == "call" and frame.f_code.co_filename in ours:
            count += 1
            if count == n:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)
    shard = folder / f"{n}" / "0-8.h5"
    sys.setprofile(watch)
    try:
        simulate_shard(toy, toy.Settings(), 0, 8, shard, threads=1)
        return 0
    except KeyboardInterrupt:
        return 130
    finally:
        sys.setprofile(None)
        if count < n:
            os._exit(99)  # there is no n-th call: the sweep is over

simulate_shard(toy, toy.Settings(), 0, 8, folder / "0-8.h5", threads=1)  # digests are kept
n = 0
while True:
    n += 1
    child = os.fork()
    if not child:
        code = 1
        try:
            code = run(n)
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code == 99:
        break
    print(n, code, *sorted(p.name for p in (folder / f"{n}").glob("*")), flush=True)
"""


def test_an_interrupt_at_any_moment_of_writing_is_heard_and_leaves_all_or_nothing(tmp_path):
    # HDF5 calls back into Python to write: an exception must not come up in there.
    swept = subprocess.run(
        [sys.executable, "-c", AT_EVERY_CALL, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert swept.returncode == 0, swept.stderr
    moments = [line.split() for line in swept.stdout.splitlines()]
    assert len(moments) > 20
    wrong = [line for line in moments if line[1] != "130" or line[2:] not in ([], ["0-8.h5"])]
    assert not wrong, (
        f"{len(wrong)} of {len(moments)} moments: {wrong[:20]}\n{swept.stderr[-3000:]}"
    )
    for number, _, *names in moments:
        for name in names:
            verify(tmp_path / number / name)


# ---- Whole runs ----------------------------------------------------------------------------------

SHARDS = ("0-640", "640-1280")
FOLDER = "results/long/chain/shards/test"
LONG = {"chain": {"datasets": {"test": {"realizations": 80}}, "shard_size": 640}}
DATA = "results/long/chain/data/test.h5"


@pytest.fixture(scope="module")
def undisturbed(shared_checkout):
    """Checksums of the scale `long` as a run that nobody disturbs makes it."""
    return shared_checkout.undisturbed("long", LONG, DATA)


@contextmanager
def simulating(checkout):
    """A run of the workflow in the middle of simulating its shards."""
    checkout.add_scale("long", LONG)
    process = checkout.start("-c2", DATA)
    try:
        wait_until(checkout.unfinished, "a shard is being written")
        assert process.poll() is None
        assert not shards(checkout)
        yield process
    finally:
        process.kill()
        process.wait()


def shards(checkout):
    return {name for name in checkout.made() if name.endswith(".h5")}


def check_resumed(checkout, undisturbed):
    assert checkout.checksums(DATA) == undisturbed
    assert not checkout.unfinished()
    checkout.check_nothing_foreign_was_run()


# Ctrl-C: the terminal tells the whole group. Its end: snakemake alone, which tells its jobs.
@pytest.mark.parametrize(("number", "tell"), [(signal.SIGINT, os.killpg), (signal.SIGHUP, os.kill)])
def test_a_run_stopped_by_its_terminal_goes_on_with_the_same_command(
    checkout, undisturbed, number, tell
):
    with simulating(checkout) as process:
        tell(process.pid, number)
        assert process.wait(60) != 0
    wait_until(lambda: not checkout.processes(), "its jobs end")
    assert not checkout.unfinished()
    assert not shards(checkout)
    checkout.make(DATA)  # no --unlock
    check_resumed(checkout, undisturbed)


def test_a_run_told_to_terminate_finishes_its_jobs_and_starts_no_more(checkout, undisturbed):
    with simulating(checkout) as process:
        process.send_signal(signal.SIGTERM)  # to snakemake alone
        assert process.wait(60) != 0
    assert not checkout.processes()
    assert len(shards(checkout)) == 2
    assert checkout.make(DATA).jobs == {"gather": 1}
    check_resumed(checkout, undisturbed)


def test_a_run_killed_with_its_jobs_goes_on_after_unlock(checkout, undisturbed):
    with simulating(checkout) as process:
        os.killpg(process.pid, signal.SIGKILL)  # as when the machine goes down
        process.wait(60)
    wait_until(lambda: not checkout.processes(), "all are dead")
    assert not shards(checkout)
    assert checkout.unfinished()

    refused = checkout.snakemake("-c2", DATA)
    assert refused.returncode != 0
    assert "--unlock" in refused.output  # Snakemake says itself what the user does:
    assert checkout.snakemake("--unlock").returncode == 0
    assert checkout.make(DATA).jobs == {"simulate": 2, "gather": 1}
    check_resumed(checkout, undisturbed)


def test_a_run_resumed_while_the_killed_ones_jobs_go_on_has_two_writers_and_one_result(
    checkout, undisturbed
):
    with simulating(checkout) as process:
        orphans = checkout.stop_writers(FOLDER, SHARDS).values()
        process.kill()  # snakemake alone: its jobs do not notice
        process.wait(60)
    assert checkout.snakemake("--unlock").returncode == 0
    resumed = checkout.start("-c2", DATA)
    writers = checkout.stop_writers(FOLDER, SHARDS, but=orphans).values()
    # All four stand in the middle of their files, and go on together.
    assert len(checkout.unfinished()) == 2 * len(SHARDS)
    assert not shards(checkout)
    let_go_on([*orphans, *writers])
    assert resumed.wait(120) == 0, checkout.said()
    wait_until(lambda: all(map(has_ended, orphans)), "the orphans end")
    check_resumed(checkout, undisturbed)
    for name in SHARDS:
        verify(checkout.folder / FOLDER / f"{name}.h5")


# ---- The same data, whatever the cut -------------------------------------------------------------


def test_shard_size_and_threads_do_not_show_in_the_data(shared_checkout):
    sizes = {"datasets": {"test": {"realizations": 1}}}
    seven = {"chain": {**sizes, "shard_size": 7}}
    fifty = {"chain": {**sizes, "shard_size": 50}}
    shared_checkout.add_scale("seven", seven)
    shared_checkout.add_scale("fifty", fifty)
    target = "results/{}/chain/data/test.h5".format
    many = shared_checkout.make(target("seven"))
    assert many.jobs == {"simulate": 3, "gather": 1}
    few = shared_checkout.make(target("fifty"), "-p", "--set-threads", "simulate=2")
    assert few.jobs == {"simulate": 1, "gather": 1}
    assert "--threads 2 --start 0" in few.output
    checksums = shared_checkout.checksums(target("seven"))
    assert shared_checkout.checksums(target("fifty")) == checksums
    # The number of threads is no reason to run anything again.
    assert shared_checkout.make(target("fifty")).nothing_to_be_done
