"""Guards of Snakemake's main process, where a whole run would meet the moment by chance only."""

import logging
import subprocess
import sys
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
import snakemake
from snakemake.logging import logger

from gapworks.runs import snakemake_guards as guards

# The handler of Snakemake swallows what a signal raises while it writes: here it comes then.
WHILE_IT_WRITES = """
import io, signal, sys
from snakemake.logging import ColorizingTextHandler, logger
from gapworks.runs.snakemake_guards import end_on_hangup, outlive_the_reader

class Stream(io.StringIO):
    def write(self, text):
        signal.raise_signal(signal.SIGHUP)
        return super().write(text)

handler = ColorizingTextHandler(stream=Stream())
logger.addHandler(handler)
outlive_the_reader(handler)
end_on_hangup()
logger.warning("words")
print("went on")
"""


def test_a_hangup_in_the_middle_of_a_message_is_heard():
    ran = subprocess.run([sys.executable, "-c", WHILE_IT_WRITES], capture_output=True, text=True)
    assert ran.returncode == guards.HANGUP_EXIT, ran.stderr
    assert not ran.stdout


def test_another_version_is_left_as_it_is_and_said_to_be_untested(monkeypatch):
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    monkeypatch.setattr(snakemake, "__version__", "99.0")
    monkeypatch.setattr(logger, "handlers", [handler])
    before = guards.JobScheduler._schedule_reevalutation
    emit = handler.emit
    guards.apply_guards()
    assert guards.JobScheduler._schedule_reevalutation is before
    assert handler.emit is emit
    (line,) = said
    assert "Snakemake 99.0 is untested here" in line


def test_the_pinned_version_is_one_that_the_guards_were_written_for():
    assert snakemake.__version__ in guards.WRITTEN_FOR


@pytest.mark.parametrize("passes", [1, 50])
def test_passes_asked_for_while_one_is_pending_are_one(passes):
    scheduler = SimpleNamespace(passed=[])
    scheduler._open_jobs = SimpleNamespace(
        release=lambda: scheduler.passed.append(time.monotonic())
    )
    begun = time.monotonic()
    for _ in range(passes):
        guards._schedule_one_reevaluation(scheduler, 0.2)
    guards._schedule_one_reevaluation(scheduler, 5)  # later than the pending one: it will do
    time.sleep(0.6)
    (passed,) = scheduler.passed
    assert passed - begun >= 0.2
    # When it has passed, the next one is a new one; an earlier one takes the place of a later.
    guards._schedule_one_reevaluation(scheduler, 60)
    guards._schedule_one_reevaluation(scheduler, 0.1)
    time.sleep(0.4)
    assert len(scheduler.passed) == 2


def test_a_log_file_that_cannot_be_written_is_given_up_in_a_line(monkeypatch):
    said = []
    console = logging.Handler()
    console.emit = lambda record: said.append(record.getMessage())
    file = logging.FileHandler("/dev/full")
    monkeypatch.setattr(logger, "handlers", [console, file])
    guards.outlive_the_reader(file)
    logger.error("first")
    logger.error("second")
    with suppress(OSError):
        file.close()
    given_up = "the log /dev/full cannot be written (No space left on device): it ends here"
    assert said == ["first", given_up, "second"]
