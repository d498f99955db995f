"""A run ends, and leaves no lock, whatever became of its reader, its terminal and its scheduler."""

import os
import signal
import subprocess
import threading
from contextlib import suppress

import psutil
import pytest

from tests.workflow.conftest import BIN, has_ended, wait_until

# Jobs that wait for the test; no solver, so that the scheduler is what takes the time.
WAITING = """
from gapworks.runs.snakemake_guards import apply_guards

if workflow.is_main_process:
    apply_guards()


rule all:
    input:
        "made",


rule make:
    output:
        "made",
    shell:
        "touch started; while [ ! -e go ]; do sleep 0.05; done; {ENDS} > {{output}}"
"""


class Folder:
    """A folder with a Snakefile, and the runs that were started in it."""

    def __init__(self, path, snakefile):
        self.path = path
        (path / "Snakefile").write_text(snakefile)
        self.runs = []

    def start(self, *options, **streams):
        run = subprocess.Popen(
            [BIN / "snakemake", "-c1", *options],
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **streams,
        )
        self.runs.append(run)
        return run

    def locked(self):
        return list((self.path / ".snakemake/locks").glob("*.lock"))

    def stop(self):
        for run in self.runs:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()


@pytest.fixture
def folder(tmp_path):
    """Makes a folder whose one job ends by a command."""
    made = []

    def make(ends):
        made.append(Folder(tmp_path, WAITING.format(ENDS=ends)))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.mark.parametrize("gone", ["stderr", "stdout and stderr"])
@pytest.mark.parametrize(("ends", "code"), [("false", 1), ("true", 0)])
def test_a_run_whose_reader_is_gone_ends_and_says_how_it_went(folder, gone, ends, code):
    # snakemake 2>&1 | tee log, and tee is killed.
    here = folder(ends)
    reading, writing = os.pipe()
    other = writing if gone == "stdout and stderr" else subprocess.DEVNULL
    run = here.start(stdout=other, stderr=writing)
    os.close(writing)
    wait_until((here.path / "started").exists, "its job runs")
    os.close(reading)
    (here.path / "go").touch()
    assert run.wait(60) == code
    assert not here.locked()
    (log,) = (here.path / ".snakemake/log").iterdir()
    said = log.read_text()
    assert ("Error in rule make" in said) == bool(code)
    assert ("1 of 2 steps" in said) == (not code)
    assert "Traceback" not in said


@pytest.mark.parametrize("whom", ["the run alone", "all of the terminal", "all, twice"])
def test_a_run_whose_terminal_is_closed_ends_its_jobs_and_leaves_no_lock(folder, whom):
    here = folder("true")
    run = here.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until((here.path / "started").exists, "its job runs")
    job, *_ = psutil.Process(run.pid).children()
    assert here.locked()
    for _ in range(2 if "twice" in whom else 1):
        os.killpg(run.pid, signal.SIGHUP) if "all" in whom else run.send_signal(signal.SIGHUP)
    assert run.wait(60) != 0
    assert not here.locked()
    wait_until(lambda: has_ended(job.pid), "its job ends", seconds=5)
    assert not (here.path / "made").exists()
    (here.path / "go").touch()
    assert here.start().wait(120) == 0  # the same command, without more ado
    assert (here.path / "made").exists()


def test_a_run_under_nohup_does_not_hear_of_its_terminal(folder):
    here = folder("true")
    ignoring = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run = here.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finally:
        signal.signal(signal.SIGHUP, ignoring)
    wait_until((here.path / "started").exists, "its job runs")
    os.killpg(run.pid, signal.SIGHUP)
    (here.path / "go").touch()
    assert run.wait(60) == 0
    assert (here.path / "made").exists()


# As the Slurm profile limits submissions, ten times as many: a test has no three minutes.
MANY = 1000
RATE = 100
SCHEDULED = f"""
import time
from gapworks.runs.snakemake_guards import apply_guards

if workflow.is_main_process:
    apply_guards()


rule all:
    input:
        expand("made/{{n}}", n=range({MANY})),


rule make:
    output:
        touch("made/{{n}}"),
"""


def test_a_thousand_jobs_take_no_more_threads_than_a_few_and_keep_the_rate(tmp_path):
    here = Folder(tmp_path, SCHEDULED)
    options = ["-c", "50", "--max-jobs-per-timespan", f"{RATE}/1s", "--quiet", "all"]
    run = here.start(*options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process, most = psutil.Process(run.pid), 0
    try:
        while run.poll() is None:
            with suppress(psutil.NoSuchProcess):
                most = max(most, process.num_threads())
            threading.Event().wait(0.05)
    finally:
        here.stop()
    assert run.returncode == 0
    made = sorted(path.stat().st_mtime for path in (tmp_path / "made").iterdir())
    assert len(made) == MANY
    assert most <= 120
    # A span of time may hold the jobs of the one before that were slow to begin.
    for first, last in zip(made, made[2 * RATE :], strict=False):
        assert last - first > 0.9
