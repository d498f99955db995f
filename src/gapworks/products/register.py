"""Before a run: is each product that is there what belongs in its place?

Snakemake knows of a file its name, its date and what its own notes say. The notes are lost with the
folder .snakemake, do not come along with a copy, and go on standing for a name when other content
is moved there. So each product that is there is verified and asked what it says of itself; one that
is damaged or not what this run would make is made again. What was found is kept by size and dates,
so that a file is read once.

Dates are mended as well, which a copy has in any order: a product that says it was made of just the
files that are there is not older than they are.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, DiskError
from gapworks.factory.files import odd_kind, reading
from gapworks.factory.recipe import Facts, differences
from gapworks.products.statement import Statement, companions, statement

CHECKED = ".snakemake/gapworks-checked.json"
"""What was found of which file."""
FORM = sorted(field.name for field in fields(Statement))
"""Of an entry: those of another form are read again."""


@dataclass(frozen=True)
class Step:
    """One job of the run: what it makes of what, and what its products should say."""

    outputs: Sequence[str]
    inputs: Sequence[str]
    wanted: Mapping[str, Facts]
    """By output; outputs that are not in it are not judged."""
    dated: Sequence[str] = ()
    """Other files whose dates Snakemake takes for the products': its benchmark."""


@dataclass
class Found:
    """What is to be done before the run."""

    bad: dict[str, str] = field(default_factory=dict)
    """Files to be made again, and why."""
    dates: dict[str, float] = field(default_factory=dict)
    """New dates of files that are fine, seconds since the epoch."""


class Register:
    """What was found of which file, kept between runs."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CHECKED
        self._known: dict[str, Any] = {}
        self._kept: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError, TypeError):  # nothing is known: all is read
            self._known = dict(json.loads(self._path.read_text()))

    def knows(self, path: str) -> bool:
        """Whether a file is as it was when it was read."""
        entry = self._known.get(path)
        whole = isinstance(entry, dict) and entry.get("form") == FORM
        return whole and entry["stamps"] == _stamps(path)

    def statement(self, path: str) -> Statement:
        """What a file says; it is read only if it has changed since it was.

        Raises
        ------
        DataError
            If it is damaged or cannot be read.
        """
        stamps = _stamps(path)
        if self.knows(path):
            said = Statement(**self._known[path]["statement"])
        else:
            said = statement(Path(path))
        self._kept[path] = {"form": FORM, "stamps": stamps, "statement": asdict(said)}
        return said

    def dated(self, path: str) -> None:
        """Its date was changed, and nothing else."""
        if path in self._kept:
            self._kept[path]["stamps"] = _stamps(path)

    def save(self) -> None:
        """Keep what was found; without a place for it, all is read again next time."""
        with contextlib.suppress(DataError):
            write_whole(self._path, json.dumps({**self._known, **self._kept}).encode())


def check(
    steps: Iterable[Step],
    register: Register,
    now: float,
    ignored: Iterable[str] = (),
    report: Callable[[str], None] = lambda line: None,
) -> Found:
    """Look at the products that are there.

    Parameters
    ----------
    steps : iterable of Step
        A product's after those of its inputs.
    register : Register
        What is known already.
    now : float
        Seconds since the epoch.
    ignored : iterable of str
        Keys of facts in which files may differ.
    report : callable
        Is told if there is much to read.

    Raises
    ------
    DataError
        Naming files that cannot be read, or that are no files.
    """
    steps = [(step, [path for path in step.outputs if os.path.lexists(path)]) for step in steps]
    new = [path for _, present in steps for path in present if not register.knows(path)]
    size = sum(os.lstat(path).st_size for path in new)
    if size > 2e9:
        report(f"Verifying {len(new)} files that are new here, {size / 1e9:.3g} GB ...")
    found, said, unreadable = Found(), {}, []
    for step, present in steps:
        for path in present:
            if path not in step.wanted:
                continue
            try:
                for one in (path, *filter(os.path.lexists, companions(Path(path)))):
                    _check_is_file(one)
                said[path] = register.statement(path)
            except DiskError as error:
                unreadable.append(str(error))
                continue
            except DataError as error:
                found.bad[path] = str(error).removeprefix(f"{path}: ").split("; train it again")[0]
                continue
            wanted = {k: v for k, v in step.wanted[path].items() if k not in set(ignored)}
            differing = differences(said[path].facts, wanted)
            if differing := differing or _made_of_others(step, path, said, found):
                found.bad[path] = "; ".join(differing)
        if not unreadable:
            _mend_dates(step, present, said, found, now)
    if unreadable:
        raise DataError("\n".join(unreadable))
    return found


def _made_of_others(
    step: Step, path: str, said: Mapping[str, Statement], found: Found
) -> list[str]:
    """Of which of the inputs that are there, and are fine, a product was not made."""
    read = _read(step, path, said)
    return [
        f"it was made of another {one}"
        for one in step.inputs
        if one in read and one in said and one not in found.bad and read[one] != said[one].sha256
    ]


def _read(step: Step, path: str, said: Mapping[str, Statement]) -> Mapping[str, str]:
    """The digests of what a product was made of, by path."""
    read = said[path].read
    if isinstance(read, Mapping):
        return read
    return dict(zip(step.inputs, read, strict=True)) if len(read) == len(step.inputs) else {}


def _mend_dates(
    step: Step, present: Sequence[str], said: Mapping[str, Statement], found: Found, now: float
) -> None:
    """Dates for a step's products that do not contradict what they say of themselves."""
    fine = [path for path in present if path in said and path not in found.bad]
    if not fine or len(fine) < len(step.outputs):
        return
    there = [path for path in step.inputs if os.path.lexists(path)]
    # What it was made of has been compared already, as far as both say it.
    known = all(set(there) <= _read(step, path, said).keys() for path in fine)
    if not there or not known or any(one not in said or one in found.bad for one in there):
        return
    dated = [*fine, *(path for path in step.dated if os.path.exists(path))]
    if max(_date(path, found) for path in there) > min(_date(path, found) for path in dated):
        found.dates |= dict.fromkeys(dated, now)


def _date(path: str, found: Found) -> float:
    return found.dates[path] if path in found.dates else os.stat(path).st_mtime


def _check_is_file(path: str | Path) -> None:
    """Refuse what must not be opened or written over."""
    with reading(Path(path)):
        if kind := odd_kind(Path(path)):
            raise DiskError(f"{path}: is {kind} where a file belongs: move it away")


def _stamps(path: str) -> list[list[int] | None]:
    """Size, dates and number of a file and of those that tell whether it is whole."""
    return [_stamp(one) for one in (path, *companions(Path(path)))]


def _stamp(path: str | Path) -> list[int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
