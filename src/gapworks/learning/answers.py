"""A person's own data through a trained network, from one file into another.

A study's `learning/predict.py` reads, answers and judges, as an `Answer`; what is refused, what is
said where, and how files are written is the same for all and stands here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused


@dataclass(frozen=True)
class Answer:
    """What is written, and what is said with it."""

    said: str
    """What was answered, in a line."""
    files: Mapping[Path, bytes] = field(repr=False)
    """Contents by place; the answer first."""
    notes: Sequence[str] = ()
    """What was assumed or done, and warnings."""
    refusals: Sequence[str] = ()
    """Why it should not be answered."""


MakeAnswer = Callable[[Path, Path, Path, bool], Answer]
"""A study's function `answer`, in its learning/predict.py, with its own options bound to it.

answer(network, source, target, force) -> Answer; DataError if a file cannot be read, or does not
fit the network. `FORMATS`, beside it, are the suffixes that it writes.
"""


def answer_file(
    make_answer: MakeAnswer,
    formats: Sequence[str],
    network: Path,
    source: Path,
    target: Path,
    force: bool = False,
) -> str:
    """Put a file through a network and write the answer; notes go to stderr.

    Parameters
    ----------
    make_answer : callable
        The study's `answer`, its options given.
    formats : sequence of str
        Suffixes that it writes.
    network : Path
        Weights of a model package.
    source, target : Path
        What is read and what is written, laid out as the study says.
    force : bool
        Write what would be refused.

    Returns
    -------
    str
        What was answered, and the physics that it is for.

    Raises
    ------
    DataError
        If a file cannot be read or written, or does not fit the network.
    Refused
        If the input cannot be judged or looks like something else.
    """
    if target.suffix not in formats:
        raise DataError(f"{target}: must be {' or '.join(formats)}")
    found = make_answer(network, source, target, force)
    if found.refusals and not force:
        said = "; ".join(found.refusals)
        raise Refused(f"{source}: {said}; --force answers all the same")
    for line in (*found.notes, *found.refusals):
        print(f"gapworks: {source}: {line}", file=sys.stderr)
    for path, content in found.files.items():
        write_whole(path, content)
    return found.said
