"""Machine code that is kept between processes and never outlives the source it came from.

As in the chain study: the digest of all kernel files is part of the cache's key, since numba's own
cache looks only at the file of the cached function.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from numba import njit
from numba.core.caching import FunctionCache

_KERNELS = ("propagator", "spreading", "rows", "scattering")


def _digest() -> str:
    here = Path(__file__).parent
    sources = (here / f"{name}.py" for name in _KERNELS)
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


_DIGEST = _digest()


class _Cache(FunctionCache):
    def _index_key(self, sig, codegen):
        return (*super()._index_key(sig, codegen), _DIGEST)


def entry_point(function):
    """Compile without the GIL and cache on disk; without a place to write, only compile."""
    dispatcher = njit(nogil=True, fastmath={"contract", "reassoc", "nsz"}, error_model="numpy")(
        function
    )
    # "no locator available": read-only code and no home directory.
    with suppress(RuntimeError):
        dispatcher._cache = _Cache(function)
    return dispatcher
