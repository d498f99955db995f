"""MPI ranks: the world, its size, and work whose result does not know how many ranks shared it.

mpi4py is imported only in a world that was asked for or that a launcher started. Whoever waits,
polls: an idle rank costs no core, a signal gets through, and nobody is held up by a rank that is
busy computing (MPI moves large messages only while both sides call it).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from gapworks.factory.errors import DataError

POLL_SECONDS = 2e-4
"""Pause between two looks for a message."""
GRACE_SECONDS = 20.0
"""So long a failed rank leaves it to rank 0 to clean up and to say what happened."""
FORWARD_SECONDS = 1.0
"""So long a launcher has to pass on the last words of a rank."""
_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE")
"""Where launchers (MPICH's and Slurm's, Open MPI's) say how many ranks they started."""


class World:
    """The ranks that work together; without an MPI communicator, this process alone.

    Attributes
    ----------
    rank, size : int
        This process's number, from 0, and how many there are.
    """

    def __init__(self, communicator: Any = None) -> None:
        self._communicator = communicator
        self.rank = 0 if communicator is None else communicator.Get_rank()
        self.size = 1 if communicator is None else communicator.Get_size()
        self._calls = 0

    def owner(self, task: int) -> int:
        """The rank that does a task.

        Tasks go round, one rank further in each round: kinds of tasks that take turns (the classes
        of a data set) would otherwise stay with one rank.
        """
        return (task + task // self.size) % self.size

    def in_order(self, count: int, do: Callable[[int], Any]) -> Iterator[Any]:
        """do(0), do(1), ... do(count - 1), computed by all ranks; rank 0 gets them in order.

        Every rank must iterate; on others than rank 0 there is nothing to iterate over.

        Raises
        ------
        DataError
            On rank 0, if another rank failed: naming it and what it said.
        """
        if self._communicator is None:
            yield from map(do, range(count))
            return
        # A rank may be at the next call already: each has its own tag.
        self._calls = self._calls % 30000 + 1
        mine = [task for task in range(count) if self.owner(task) == self.rank]
        if self.rank == 0:
            yield from self._collect(count, mine, do)
        else:
            self._contribute(mine, do)

    def from_first(self, make: Callable[[], Any]) -> Any:
        """What `make` gives on rank 0, on every rank."""
        if self._communicator is None:
            return make()
        return self._communicator.bcast(make() if self.rank == 0 else None, root=0)

    def finish(self) -> None:
        """Wait until every rank is here."""
        if self._communicator is not None:
            self._wait_for([self._communicator.Ibarrier()])

    def abort(self, message: str) -> None:
        """End all ranks with exit code 1, saying why; rank 0 comes first, if it can."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        if self.rank:
            time.sleep(GRACE_SECONDS)
        print(f"gapworks: {message}", file=sys.stderr, flush=True)
        # The launcher forwards what ranks print, and drops what it has not yet when they abort.
        time.sleep(FORWARD_SECONDS)
        self._communicator.Abort(1)
        os._exit(1)  # under Slurm's PMI-2, Abort comes back

    def _collect(self, count: int, mine: list[int], do: Callable[[int], Any]) -> Iterator[Any]:
        done: dict[int, Any] = {}
        coming: list[Any] = []
        waiting = iter(mine)
        for task in range(count):
            while task not in done:
                if self._receive(coming, done):
                    continue
                own = next(waiting, None)
                if own is None:
                    time.sleep(POLL_SECONDS)
                else:
                    done[own] = do(own)
            yield done.pop(task)

    def _receive(self, coming: list[Any], done: dict[int, Any]) -> bool:
        """Take what has arrived; whether anything has."""
        while (message := self._communicator.improbe(tag=self._calls)) is not None:
            coming.append(message.irecv())
        arrived = False
        for request in list(coming):
            there, content = request.test()
            if there:
                coming.remove(request)
                rank, task, result, error = content
                if error is not None:
                    raise DataError(f"rank {rank} of {self.size} failed: {error}")
                done[task] = result
                arrived = True
        return arrived

    def _contribute(self, mine: list[int], do: Callable[[int], Any]) -> None:
        leaving: list[Any] = []
        for task in mine:
            result = error = None
            try:
                result = do(task)
            except Exception as caught:
                error = caught
            text = None if error is None else _told(error)
            content = (self.rank, task, result, text)
            leaving.append(self._communicator.isend(content, 0, self._calls))
            if error is not None:
                self._wait_for(leaving, GRACE_SECONDS)
                raise error
            leaving = [request for request in leaving if not request.Test()]
        self._wait_for(leaving)

    def _wait_for(self, requests: list[Any], seconds: float = float("inf")) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            requests = [request for request in requests if not request.Test()]
            if not requests:
                return
            time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def world(expected: int | None = None) -> Iterator[World]:
    """The ranks of this run; whatever goes wrong on one of them ends them all.

    Parameters
    ----------
    expected : int, optional
        How many ranks there must be. Without it, as many as the launcher says that it started.

    Raises
    ------
    DataError
        If the world has another size than it should (a launcher of another MPI starts N worlds of
        one rank each), or there is no MPI.
    """
    launched = _launched()
    if expected in (None, 1) and launched == 1:
        yield World()
        return
    ranks = World(_communicator())
    wanted = launched if expected is None else expected
    try:
        if ranks.size != wanted:
            raise DataError(
                f"the MPI world has {ranks.size} rank{'s' * (ranks.size > 1)}, not {wanted}: start "
                f"`mpiexec -n {wanted}` (or srun) of the MPI that mpi4py was installed for"
            )
        yield ranks
        ranks.finish()
    except BaseException as error:
        if ranks.size == 1:
            raise
        ranks.abort(_told(error))


def _launched() -> int:
    """The number of ranks that a launcher says it started; 1 if none says anything."""
    for name in _SIZES:
        if os.environ.get(name, "").isdecimal():
            return int(os.environ[name])
    return 1


def leave(code: int) -> int:
    """The exit code of this process, handed on; a rank that never joined its world dies instead.

    A launcher does not mind a rank that ends with an exit code before it has joined, and the others
    would wait for it without end, deaf to all signals but SIGKILL. When one dies of a signal the
    launcher ends them all.
    """
    MPI = sys.modules.get("mpi4py.MPI")
    joined = MPI is not None and MPI.Is_initialized()
    if code and _launched() > 1 and not joined:
        sys.stdout.flush()
        sys.stderr.flush()
        time.sleep(FORWARD_SECONDS)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)
    return code


@contextlib.contextmanager
def _deadly_signals() -> Iterator[None]:
    """While a process waits within MPI no handler of Python's runs: signals end it at once."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    for number, handler in handlers.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _communicator() -> Any:
    try:
        with _deadly_signals():  # nothing has been begun yet
            from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            f"several ranks need MPI, which is not there ({reason}): `make setup` installs one; "
            "README says how to take the site's"
        ) from error
    return MPI.COMM_WORLD


def _told(error: BaseException) -> str:
    """What a user needs to know of an error: a traceback only if it is a bug."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; nothing half-written was left"
    if isinstance(error, DataError | SystemExit):
        return str(error).removeprefix("gapworks: ")
    return "".join(traceback.format_exception(error)).rstrip()
