"""A step that is forked from the resident process is, for whoever started it, a step done alone."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gapworks.command import RESIDENT, circumstances
from gapworks.factory import provenance
from gapworks.runs import forking, resident
from gapworks.study import STUDIES
from tests.support.command import GAPWORKS, SETTINGS, arguments
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="it forks what has libraries loaded"
)
EMPTY = ["--start", 5, "--stop", 5]
LONG = ["--start", 0, "--stop", 1_000_000]


class Resident:
    """A resident process, as a run starts it, and commands that may be handed over to it."""

    def __init__(self):
        started = {**os.environ, **resident.environment_of_steps()}
        started.pop(RESIDENT, None)
        started.pop("PYTEST_CURRENT_TEST", None)
        with pytest.MonkeyPatch.context() as patch:
            for name in set(os.environ) - set(started):
                patch.delenv(name)
            for name, value in started.items():
                patch.setenv(name, value)
            resident.start(steps=resident.WORTH)
            self.environment = dict(os.environ)
        self.popen = resident._started.pop()
        self.place = Path(self.environment[RESIDENT])
        self.process = psutil.Process(self.popen.pid)
        wait_until(self.listens)

    def listens(self):
        with socket.socket(socket.AF_UNIX) as asking:
            return asking.connect_ex(str(self.place)) == 0

    def begin(self, *given, **changes):
        return subprocess.Popen(
            [GAPWORKS, *arguments(*given)],
            env=self.environment | changes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *given, **changes):
        """Output, errors and exit code of a command."""
        begun = self.begin(*given, **changes)
        return (*begun.communicate(timeout=120), begun.returncode)

    def worked(self):
        """CPU seconds of the steps that it forked and that ended."""
        times = self.process.cpu_times()
        return times.children_user + times.children_system

    def simulate(self, output, **changes):
        """A step that takes long, under way: `gapworks`, and the process that does it."""
        before = set(self.process.children())
        begun = self.begin(
            "simulate", "chain", "--settings", SETTINGS, *LONG, "--output", output, **changes
        )
        wait_until(lambda: set(self.process.children()) - before)
        (does,) = set(self.process.children()) - before
        wait_until(lambda: list(output.parent.glob(f".{output.name}*")) or _is_busy(does))
        return begun, does

    def leave(self):
        """As when the run ends."""
        self.popen.stdin.close()


def _is_busy(process):
    return process.cpu_times().user > 1


@pytest.fixture(scope="module")
def warm():
    started = Resident()
    yield started
    started.leave()
    assert started.popen.wait(timeout=60) == 0
    assert not started.place.parent.exists()


def exit_code(begun):
    begun.communicate(timeout=120)
    return begun.returncode


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["verify", "no-such-file.h5"],
        ["evaluate"],  # of which argparse prints an error
        [
            "simulate",
            "chain",
            "--settings",
            SETTINGS,
            "--start",
            5,
            "--stop",
            5,
            "--output",
            "a.h5",
        ],
    ],
    ids=lambda words: " ".join(map(str, words))[:20],
)
def test_a_forked_step_says_and_returns_what_it_does_alone(warm, words):
    before = warm.worked()
    forked = warm.run(*words)
    assert warm.worked() > before
    assert forked == warm.run(*words, **{RESIDENT: "no"})


def test_a_forked_step_writes_the_same_file(warm, tmp_path):
    words = ["simulate", "chain", "--settings", SETTINGS, "--start", 0, "--stop", 4, "--output"]
    before = warm.worked()
    assert warm.run(*words, tmp_path / "0-4.h5")[2] == 0
    assert warm.worked() > before
    forked = (tmp_path / "0-4.h5").read_bytes()
    (tmp_path / "0-4.h5").unlink()
    assert warm.run(*words, tmp_path / "0-4.h5", **{RESIDENT: "no"})[2] == 0
    assert forked == (tmp_path / "0-4.h5").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_command_ends_the_step_and_leaves_nothing(warm, tmp_path, number):
    begun, does = warm.simulate(tmp_path / "0-1000000.h5")
    begun.send_signal(number)
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130 and "interrupted" in said
    assert is_gone(does)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_at_any_moment(warm, tmp_path, number):
    """Before the step is forked, while it becomes one, and after."""
    words = ["simulate", "chain", "--settings", SETTINGS, *LONG, "--output"]
    for i in range(12):
        begun = warm.begin(*words, tmp_path / f"{i}.h5")
        time.sleep(0.03 * i)
        begun.send_signal(number)
        assert exit_code(begun) in (130, 1, -number)
    wait_until(lambda: not warm.process.children())
    assert not list(tmp_path.iterdir())


def test_a_command_without_a_standard_stream_is_done_alone(warm, tmp_path):
    before = warm.worked()
    ran = subprocess.run(
        ["sh", "-c", f"exec {GAPWORKS} --version <&- > {tmp_path}/said 2>&1"], env=warm.environment
    )
    assert ran.returncode == 0 and (tmp_path / "said").read_text().strip()
    assert warm.worked() == before


@pytest.mark.parametrize("place", ["no", "socket", "./socket"])
def test_started_by_hand_it_removes_nothing(tmp_path, place):
    ran = subprocess.run(
        [sys.executable, "-m", "gapworks.runs.forking"],
        cwd=tmp_path,
        env=os.environ | {RESIDENT: place},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1 and "names no socket" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_a_command_that_is_killed_takes_the_step_with_it(warm, tmp_path):
    begun, does = warm.simulate(tmp_path / "0-1000000.h5")
    begun.kill()
    exit_code(begun)
    wait_until(lambda: is_gone(does))


def test_a_step_that_is_killed_ends_the_command_alike(warm, tmp_path):
    begun, does = warm.simulate(tmp_path / "0-1000000.h5")
    does.kill()
    assert exit_code(begun) == -signal.SIGKILL


def test_both_stand_still_on_ctrl_z_and_go_on(warm, tmp_path):
    begun, does = warm.simulate(tmp_path / "0-1000000.h5")
    command = psutil.Process(begun.pid)
    begun.send_signal(signal.SIGTSTP)
    for process in (command, does):
        wait_until(lambda process=process: process.status() == psutil.STATUS_STOPPED)
    begun.send_signal(signal.SIGCONT)
    wait_until(lambda: does.status() != psutil.STATUS_STOPPED)
    begun.terminate()
    assert exit_code(begun) == 130


@pytest.mark.parametrize(
    "changes", [{"OMP_NUM_THREADS": "2"}, {"PMI_SIZE": "1"}, {"SLURM_JOB_ID": "7"}], ids=str
)
def test_a_step_in_another_environment_is_done_alone(warm, changes):
    before = warm.worked()
    assert warm.run("--version", **changes)[2] == 0
    assert warm.worked() == before


def test_a_step_is_done_alone_when_the_source_was_edited_since():
    here = circumstances()
    start = forking.Start({}, here, forking._sources())
    request = {"environment": {}, "circumstances": here}
    assert start.is_alike(json.loads(json.dumps(request)))
    edited = dict.fromkeys(list(start.sources)[:1], (0, 0))
    assert not forking.Start({}, here, start.sources | edited).is_alike(request)
    for other in ({"python": "/usr"}, {"package": "/elsewhere/gapworks"}, {"niceness": 19}):
        assert not start.is_alike(request | {"circumstances": here | other})


def test_a_virtual_environment_is_the_same_by_another_name(monkeypatch, tmp_path):
    """As `.venv` is that links to one elsewhere."""
    here = circumstances()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert circumstances() == here


def test_the_code_that_steps_take_digests_of_is_read_before_they_are_forked(monkeypatch):
    """Parsing it took a seventh of a second of every training, shard and gathered file."""
    monkeypatch.setattr(forking, "_modules", lambda: iter(()))
    monkeypatch.setattr(forking, "LIBRARIES", ())
    provenance.code_digest.cache_clear()
    provenance._code.cache_clear()
    forking.preload()
    read = provenance._code.cache_info().misses
    for study in STUDIES:
        provenance.solver_digest(study)
        provenance.code_digest(f"gapworks.{study}.learning.training")
    assert read == provenance._code.cache_info().misses > len(STUDIES)


def test_whoever_asks_for_nonsense_is_left_alone(warm):
    for said in (
        b"",
        b"\0\0\0\1{",
        b"\0\0\0\2{}",
        b"\0\0\0\2[]",
        json.dumps({"arguments": []}).encode(),
    ):
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(warm.place))
            asking.sendall(said)
            asking.shutdown(socket.SHUT_WR)
            assert asking.recv(100) == b""
    assert warm.run("--version")[2] == 0


def test_without_its_resident_process_a_step_is_done_alone(tmp_path):
    started = Resident()
    output = tmp_path / "0-16.h5"
    begun, does = started.simulate(tmp_path / "0-1000000.h5")
    started.popen.kill()
    started.popen.wait()
    started.leave()
    wait_until(lambda: is_gone(does))
    wait_until(lambda: psutil.Process(begun.pid).cpu_times().user > 0.5)  # by itself
    begun.terminate()
    assert exit_code(begun) == 130
    words = ["simulate", "chain", "--settings", SETTINGS, "--start", 0, "--stop", 16]
    assert started.run(*words, "--output", output)[2] == 0 and output.exists()


def test_a_step_under_way_is_finished_when_the_run_is_gone(tmp_path):
    started = Resident()
    words = ["simulate", "chain", "--settings", SETTINGS, "--start", 0, "--stop", 3000]
    begun = started.begin(*words, "--output", tmp_path / "0-3000.h5")
    wait_until(started.process.children)
    started.leave()
    assert exit_code(begun) == 0 and (tmp_path / "0-3000.h5").exists()
    assert started.popen.wait(timeout=60) == 0
    assert not started.place.parent.exists()


def test_few_steps_and_those_who_say_no_have_none(monkeypatch):
    monkeypatch.delenv(RESIDENT, raising=False)
    resident.start(steps=resident.WORTH - 1)
    assert RESIDENT not in os.environ
    monkeypatch.setenv(RESIDENT, "no")
    resident.start(steps=1000)
    assert os.environ[RESIDENT] == "no" and not resident._started


def test_many_steps_at_once_are_all_done(warm):
    begun = [warm.begin("--version") for _ in range(60)]
    assert {exit_code(one) for one in begun} == {0}
    wait_until(lambda: not warm.process.children())


def test_without_descriptors_to_spare_steps_are_done_alone_and_once(tmp_path):
    started = Resident()
    open_now = started.process.num_fds()
    resource.prlimit(started.popen.pid, resource.RLIMIT_NOFILE, (open_now + 5, open_now + 5))
    words = ["simulate", "chain", "--settings", SETTINGS, "--start", 0, "--stop", 4, "--output"]
    begun = [started.begin(*words, tmp_path / f"{i}/0-4.h5") for i in range(6)]
    assert {exit_code(one) for one in begun} == {0}
    assert all((tmp_path / f"{i}/0-4.h5").exists() for i in range(6))
    started.leave()
    assert started.popen.wait(timeout=60) == 0
