"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any

from tqdm import tqdm

OFTEN = 10.0
"""Seconds between two lines of a log, at first."""
SELDOM = 50
"""Share of the time gone by that passes between two of them later: hours make a hundred lines."""
FIRST = 10
"""Epochs that are all said: they show whether it learns."""
_EPOCH = re.compile(r"epoch (\d+)/(\d+)")
_AFTER = re.compile(r"going on after epoch (\d+)(?: and (\d+) samples)?")


@contextlib.contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how much more was done.

    Parameters
    ----------
    total : int
        How much there is to do.
    what : str
        What is counted, for instance "chain/train samples".
    """
    interactive = sys.stderr.isatty()
    line = "{desc}: {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_fmt}]\n"
    with tqdm(
        total=total,
        desc=what,
        file=sys.stderr,
        unit="",
        mininterval=0.2 if interactive else OFTEN,
        ascii=not interactive,
        bar_format=None if interactive else line,
    ) as bar:
        began = time.monotonic()

        def advance(more: int) -> None:
            bar.update(more)
            if not interactive:
                bar.mininterval = _pause(time.monotonic() - began)

        yield advance


class Course:
    """The course of a training, as far as its lines and its batches tell.

    The loop is not asked for more than it says: what changes there makes all networks again.
    """

    def __init__(self) -> None:
        self.epochs = 0
        self._began = self._said = time.monotonic()
        self._first: float | None = None
        self._done, self._samples, self._whole = 0, 0, 1
        self._bar: tqdm | None = None

    def watched(self, make_task: Callable[..., Any]) -> Callable[..., Any]:
        """The same task, whose loss tells of every batch that is trained on."""

        @wraps(make_task)
        def made(*args: Any, **kwargs: Any) -> Any:
            task = make_task(*args, **kwargs)
            self._whole, self.epochs = len(task.tensors[0]), task.schedule.epochs
            if sys.stderr.isatty():
                line = "{desc} |{bar}|"
                self._bar = tqdm(total=self.epochs, file=sys.stderr, bar_format=line)

            def loss(model: Any, batch: Any) -> Any:
                value = task.loss(model, batch)
                if model.training:
                    self._samples += len(batch[0])
                    self._look()
                return value

            return replace(task, loss=loss)

        return made

    def report(self, line: str) -> None:
        """Of the training: one an epoch, and whatever else there is to say."""
        if found := _EPOCH.match(line):
            if self._first is None:
                self._first = 0.0
            self._done, self._samples = int(found[1]), 0
            few = self._done <= FIRST or self._done == self.epochs
            if self._bar is None and (few or self._is_time()):
                self._tell(line)
            elif self._bar is not None:
                self._show()
            return
        if found := _AFTER.match(line):
            self._done, self._samples = int(found[1]), int(found[2] or 0)
            self._first = self.position
        if self._bar is None:
            print(line, file=sys.stderr, flush=True)
        else:
            self._bar.write(line, file=sys.stderr)

    @property
    def position(self) -> float:
        """Epochs that are done."""
        return self._done + min(1.0, self._samples / self._whole)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.close()

    def _look(self) -> None:
        """After a batch."""
        if self._first is None:
            self._first = 0.0
        if self._bar is not None:
            self._show()
        elif self._is_time():
            self._tell(f"epoch {self.position:.2f}/{self.epochs}")

    def _is_time(self) -> bool:
        now = time.monotonic()
        return now - self._said >= _pause(now - self._began)

    def _tell(self, line: str) -> None:
        self._said = time.monotonic()
        print(f"{line}  [{self._times()}]", file=sys.stderr, flush=True)

    def _show(self) -> None:
        assert self._bar is not None
        now = time.monotonic()
        if now - self._said < 0.2 and self.position < self.epochs:
            return
        self._said = now
        self._bar.n = self.position
        said = f"epoch {self.position:.2f}/{self.epochs} [{self._times()}]"
        self._bar.set_description_str(said)

    def _times(self) -> str:
        """Gone by, at most left, and how long an epoch takes."""
        gone = time.monotonic() - self._began
        done = self.position - (self._first or 0.0)
        if done <= 0:
            return tqdm.format_interval(gone)
        each = gone / done
        left = tqdm.format_interval(each * (self.epochs - self.position))
        return f"{tqdm.format_interval(gone)}<{left}, {each:.3g} s an epoch"


def timed(say: Callable[[str], None]) -> Callable[[str], None]:
    """Lines of an evaluation, with the time gone by: how many there will be is not known."""
    began = time.monotonic()
    return lambda line: say(f"{line}  [{tqdm.format_interval(time.monotonic() - began)}]")


def _pause(gone: float) -> float:
    """Seconds until the next line of a log."""
    return max(OFTEN, gone / SELDOM)
