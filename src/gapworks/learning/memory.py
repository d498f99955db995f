"""Memory that networks free and take again with every batch."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

# Of glibc's malloc.h; and what glibc itself comes to where blocks of many megabytes are freed.
_TRIM, _MAPPED = -1, -3
_NEVER, _USUAL = 2**31 - 1, {_TRIM: 64 * 2**20, _MAPPED: 32 * 2**20}


@contextlib.contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Within, what is freed stays with the process until it is taken again.

    Otherwise glibc hands activations of some megabytes back to the system after each batch, which
    clears every page anew for the next: a fifth of the CPU time of a qpi network's answers, a few
    hundredths of its training. The process grows no larger than it once was. Where there is no
    such function, nothing is done.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    for knob in _USUAL:
        library.mallopt(knob, _NEVER)
    try:
        yield
    finally:
        for knob, usual in _USUAL.items():
            library.mallopt(knob, usual)
        library.malloc_trim(0)
