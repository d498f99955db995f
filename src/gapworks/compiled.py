"""Machine code that is kept between processes and never outlives the source it came from.

numba's own cache looks only at the file of the cached function: after an edit of a function it
calls, in another file, the old code would run on. Here the digest of all of a study's kernel files
is part of the key; only entry points are cached, what they call is compiled into them. Several
processes may share the cache (numba replaces its files atomically).

A function that were called, and not inlined, would be another's machine code wherever that is
loaded already: the same call in a process that has just compiled, or has used something else
before, would give other last bits. So everything that entry points call is inlined into them, other
entry points included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from numba import njit
from numba.core.caching import FunctionCache


def inlined(**options) -> Callable:
    """A decorator of functions that entry points call; options are those of `numba.njit`."""
    return njit(nogil=True, forceinline=True, **options)


def entry_points(kernels: Iterable[Path], **options) -> Callable:
    """A decorator: compile without the GIL and cache on disk; with no place to write, only compile.

    Parameters
    ----------
    kernels : paths of source files
        All that the decorated functions call, themselves among them.
    options
        Of `numba.njit`.
    """
    digest = hashlib.sha256(b"".join(kernel.read_bytes() for kernel in kernels)).hexdigest()

    class Cache(FunctionCache):
        def _index_key(self, sig, codegen):
            return (*super()._index_key(sig, codegen), digest)

    def entry_point(function):
        dispatcher = inlined(**options)(function)
        # "no locator available": read-only code and no home directory.
        with suppress(RuntimeError):
            dispatcher._cache = Cache(function)
        return dispatcher

    return entry_point
