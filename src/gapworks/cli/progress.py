"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from tqdm import tqdm


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
    with tqdm(
        total=total,
        desc=what,
        file=sys.stderr,
        mininterval=0.2 if interactive else 10.0,
        ascii=not interactive,
        bar_format=None if interactive else "{desc}: {n_fmt}/{total_fmt} [{elapsed}<{remaining}]\n",
    ) as bar:
        yield bar.update
