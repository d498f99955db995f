"""A session of the page: what was given, what is asked, and the job that answers it."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gapworks.app.job import Job
from gapworks.app.tasks import Task


@dataclass(frozen=True)
class Given:
    """The file that is to be answered.

    Attributes
    ----------
    names : tuple of str
        As the command is given them; more than one where it takes several.
    files : mapping of str to bytes
        What is laid into the command's folder, by name.
    options : mapping of str to str
        What goes with an example, by name of the option.
    missing : str or None
        What is yet to be given.
    """

    names: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    missing: str | None = None


def source_of(
    task: Task, tab: str, uploaded: Sequence[Any], place: str, example: str | None
) -> Given:
    """What was given, by the tab that is open.

    Parameters
    ----------
    task : Task
    tab : str
        Its title.
    uploaded : sequence
        Files with `name` and `contents`.
    place : str
        A path on this machine.
    example : str or None
        Which of the task's.
    """
    if tab == "An example" and example is not None:
        chosen = task.examples[example]
        return Given((chosen.name,), {chosen.name: chosen.content()}, chosen.given)
    if tab == "Your file" and uploaded:
        files = {Path(one.name).name.replace("\0", ""): one.contents for one in uploaded}
        names = tuple(files) if task.takes_several else tuple(files)[:1]
        return Given(names, files)
    if tab.startswith("A file on") and place.strip():
        return Given((str(Path(place.strip()).expanduser().absolute()),))
    return Given(missing="Give a file first." if task.needs_file else None)


class Desk:
    """What one person at the page asks, one thing after the other."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gapworks-app-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._asked: tuple[list[str], Given] = ([], Given())
        self._count = 0
        self._job: Job | None = None
        self._lock = threading.Lock()

    def ask(self, task: Task, given: Given, values: Mapping[str, Any]) -> None:
        """Take down what the page says; nothing is started.

        Parameters
        ----------
        task : Task
        given : Given
        values : mapping
            Of the task's fields.
        """
        self._asked = task.words(given.names, values), given

    @property
    def ready(self) -> bool:
        """Whether what was asked can be started."""
        return self._asked[1].missing is None

    @property
    def missing(self) -> str | None:
        """What is yet to be given."""
        return self._asked[1].missing

    @property
    def line(self) -> str:
        """The command line of what was asked."""
        return shlex.join(["gapworks", *self._asked[0]])

    def start(self) -> Job:
        """Start what was asked; an earlier job that is still at work is stopped."""
        with self._lock:
            self._end()
            words, given = self._asked
            self._count += 1
            place = self._folder / str(self._count)
            self._job = Job(words, place, given.files)
            return self._job

    def stop(self) -> None:
        """Stop the job."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._job is not None:
            self._job.stop()
