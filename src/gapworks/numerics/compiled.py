"""Machine code that is kept between processes and never outlives the source it came from.

numba's own cache looks only at the file of the cached function: after an edit of a function it
calls, in another file, the old code would run on. Here the digest of all of a study's kernel files
is part of the key; only entry points are cached, what they call is compiled into them. Several
processes may share the cache (numba replaces its files atomically).

A cache is never needed: where it cannot be read or written (a full disk, a folder of somebody
else's) the code is compiled in each process, which is said once. What is loaded is held against its
SHA-256 first: machine code with a flipped bit would give other numbers.

A function that were called, and not inlined, would be another's machine code wherever that is
loaded already: the same call in a process that has just compiled, or has used something else
before, would give other last bits. So everything that entry points call is inlined into them, other
entry points included.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache
from numba.core.serialize import dumps

FAST_MATH = {"reassoc", "contract", "nsz"}
"""Sums may be reassociated and contracted (that is what makes them vector code); nothing may assume
that there are no NaN."""


def inlined(**options: Any) -> Callable:
    """A decorator of functions that entry points call; options are those of `numba.njit`.

    What is not said is said here: numba would take it from the first caller that is compiled, and
    the same function would have other last bits in a process that compiles another caller first.
    """
    said = {"fastmath": False, "error_model": "python"} | options
    return njit(nogil=True, forceinline=True, **said)


def entry_points(kernels: Iterable[Path], **options: Any) -> Callable:
    """A decorator: compile without the GIL and cache on disk; with no place to write, only compile.

    Parameters
    ----------
    kernels : paths of source files
        All that the decorated functions call, themselves among them.
    options
        Of `numba.njit`.
    """
    sources = [Path(__file__), *kernels]  # the flags of fast sums are said here
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()

    def entry_point(function):
        dispatcher = inlined(**options)(function)
        try:
            dispatcher._cache = _Cache(function, digest)
        except RuntimeError:  # "no locator available": read-only code and no home directory
            dispatcher._cache = _NoCache()
        except OSError as error:
            dispatcher._cache = _NoCache(_reason(error))
        return dispatcher

    return entry_point


class _Sealed(CompileResultCacheImpl):
    """Compiled code beside its SHA-256 and the key that it was kept under."""

    key: Any = None

    def reduce(self, cres):
        content = dumps((repr(self.key), super().reduce(cres)))
        return hashlib.sha256(content).digest(), content

    def rebuild(self, target_context, payload):
        sha256, content = payload
        if hashlib.sha256(content).digest() != sha256:
            raise ValueError("altered")
        key, reduced = pickle.loads(content)
        if key != repr(self.key):
            raise ValueError("of another function")
        return super().rebuild(target_context, reduced)


class _Cache(FunctionCache):
    """numba's cache of a function, which ends no computation."""

    _impl_class = _Sealed

    def __init__(self, function, digest: str) -> None:
        self._digest = digest
        super().__init__(function)

    def _index_key(self, sig, codegen):
        self._impl.key = (*super()._index_key(sig, codegen), self._digest)
        return self._impl.key

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        except OSError as error:
            _say_once(f"{self.cache_path} cannot be read: {_reason(error)}")
        except Exception:  # whatever pickle makes of a damaged file: it is compiled and kept anew
            try:
                self.flush()
            except OSError as error:
                _say_once(f"{self.cache_path} is damaged and cannot be written: {_reason(error)}")
        return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _say_once(f"{self.cache_path} cannot be written: {_reason(error)}")


class _NoCache(NullCache):
    """Where there is no place for a cache."""

    def __init__(self, why: str = "NUMBA_CACHE_DIR can name a folder") -> None:
        self._why = why

    def save_overload(self, sig, cres):
        _say_once(f"there is no place to keep it ({self._why})")


@cache
def _say_once(what: str) -> None:
    print(
        f"gapworks: compiled code: {what}; going on without, each process compiles anew",
        file=sys.stderr,
        flush=True,
    )


def _reason(error: OSError) -> str:
    if error.errno is None:
        return str(error)
    return f"{os.strerror(error.errno)} ({errno.errorcode.get(error.errno, error.errno)})"
