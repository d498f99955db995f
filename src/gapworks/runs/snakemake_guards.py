"""Faults of Snakemake's main process that a run of the workflow works around.

Each is guarded by the version it was written for: another one is left as it is, and said to be
untested. What was seen, and what its authors should be told, stands in docs/upstream.md.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from typing import Any, NoReturn

import psutil
import snakemake
from snakemake.logging import logger
from snakemake.scheduling.job_scheduler import JobScheduler

from gapworks.runs.resident import processes

WRITTEN_FOR = ("9.27.1",)
"""Versions of Snakemake in which the faults are, and the cures were tried."""
SLURM_CLIENTS = {"sbatch", "scancel", "scontrol", "sinfo", "squeue", "sacct", "sacctmgr"}
"""Children of a run that are none of its jobs, and that its end needs."""
HANGUP_EXIT = 128 + signal.SIGHUP
SWEEP_SECONDS = 0.2

_writing = threading.local()
"""`handler`: what this thread is writing a record by."""
_hung_up = threading.Event()


def apply_guards() -> None:
    """Work around the faults in this process, which is the main process of a run."""
    if snakemake.__version__ not in WRITTEN_FOR:
        logger.warning(
            f"Snakemake {snakemake.__version__} is untested here, {WRITTEN_FOR[-1]} is tested: a"
            " run of many jobs, or one whose reader or terminal is gone, may not end"
        )
        return
    keep_one_timer()
    for handler in list(logger.handlers):
        if isinstance(handler, logging.StreamHandler):
            outlive_the_reader(handler)
    end_on_hangup()


# ---- One timer in place of many ------------------------------------------------------------------


def keep_one_timer() -> None:
    """Let the scheduler have one pending timer.

    While jobs wait for the rate limit or for resources, each pass of its loop starts a timer that
    causes a pass: with every job that ends there is one timer, and one thread, more.
    """
    JobScheduler._schedule_reevalutation = _schedule_one_reevaluation


def _schedule_one_reevaluation(self: JobScheduler, delay: float) -> None:
    """Let the scheduler's loop pass in so many seconds, or earlier if that was asked for already.

    Only that loop calls this. The rate limit is what each pass asks for, and stays as it is.
    """
    due = time.monotonic() + delay
    pending = getattr(self, "_pending_pass", None)
    if pending is not None:
        if pending[1] <= due:
            return
        pending[0].cancel()

    def release() -> None:
        # Forgotten before the loop goes on: it must not take this one for one yet to come.
        if self._pending_pass[0] is timer:
            self._pending_pass = None
        self._open_jobs.release()

    timer = threading.Timer(delay, release)
    timer.daemon = True
    self._pending_pass = (timer, due)
    timer.start()


# ---- A reader that is gone -----------------------------------------------------------------------


def outlive_the_reader(handler: logging.StreamHandler[Any]) -> None:
    """Let a log handler go on when what it writes to cannot be written any more.

    Its BrokenPipeError comes up where a job's end is reported: the scheduler never hears of that,
    and waits for ever with the lock held. Here the stream is led to the null device; a log file
    that cannot be written is given up, and that is said.
    """
    emit, handle_error = handler.emit, handler.handleError

    def emitting(record: logging.LogRecord) -> None:
        _writing.handler = handler
        try:
            emit(record)
        except OSError as error:
            _give_up(handler, error)
        finally:
            _writing.handler = None
        # The handlers of Snakemake swallow what a signal raises in them.
        if _hung_up.is_set() and threading.current_thread() is threading.main_thread():
            _hung_up.clear()
            sys.exit(HANGUP_EXIT)

    def handling_error(record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            _give_up(handler, error)
        else:
            handle_error(record)

    handler.emit = emitting  # type: ignore[method-assign]
    handler.handleError = handling_error  # type: ignore[method-assign]


def _give_up(handler: logging.StreamHandler[Any], error: OSError) -> None:
    if isinstance(handler, logging.FileHandler):
        logger.removeHandler(handler)
        logger.warning(
            f"the log {handler.baseFilename} cannot be written ({error.strerror}): it ends here"
        )
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        # The descriptor, not the handler: whatever else writes there, at the latest the
        # interpreter's end, would fail as well.
        os.dup2(null, handler.stream.fileno())
    except (OSError, ValueError):  # a stream without one
        handler.setStream(open(os.devnull, "w"))  # noqa: SIM115
    finally:
        os.close(null)


# ---- A terminal that is closed -------------------------------------------------------------------


def end_on_hangup() -> None:
    """Let SIGHUP end a run as Ctrl-C does: jobs ended, no lock left.

    The default would kill it, and leave the lock. Under nohup the signal is ignored and stays so.
    SIGTERM before the scheduler is there (which has its own way with it) leaves no lock either.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number, heard in ((signal.SIGHUP, _hang_up), (signal.SIGTERM, _leave)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, heard)


def _leave(number: int, _: Any) -> NoReturn:
    sys.exit(128 + number)


def _hang_up(*_: Any) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a shell that is closed sends it once more
    threading.Thread(target=_end_jobs, daemon=True).start()
    if getattr(_writing, "handler", None) is not None:
        _hung_up.set()
    else:
        sys.exit(HANGUP_EXIT)


def _end_jobs() -> None:
    """Tell the run's processes here to end, and those that are being started, until it has ended.

    Ctrl-C reaches all processes of a terminal; a signal sent to the run alone does not.
    """
    told: set[int] = set()
    while True:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                spared = process.name() in SLURM_CLIENTS or process.pid in processes()
                if process.pid not in told and not spared:
                    told.add(process.pid)
                    process.terminate()
                    process.resume()  # one that stands still (Ctrl-Z) hears nothing
        time.sleep(SWEEP_SECONDS)
