"""Memory that a training frees and takes again at every step."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

# Of glibc's malloc.h, and what they are before anyone says otherwise.
_TRIM, _MAPPED = -1, -3
_USUAL, _NEVER = 128 * 1024, 2**31 - 1


@contextlib.contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Within, what is freed stays with the process until it is taken again.

    Otherwise glibc hands activations of some megabytes back to the system after each step, which
    clears every page anew for the next: a tenth of the time of a step of convolutions. The process
    grows no larger than it once was. Where there is no such function, nothing is done.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    library.mallopt(_TRIM, _NEVER)
    library.mallopt(_MAPPED, _NEVER)
    try:
        yield
    finally:
        library.mallopt(_TRIM, _USUAL)
        library.mallopt(_MAPPED, _USUAL)
        library.malloc_trim(0)
