"""A factory of simulated superconductors and of the networks trained on them.

`gapworks.chain`, `gapworks.eliashberg`, `gapworks.qpi` have the solvers and networks of a study,
`gapworks.readers` what reads spectra of other codes; each is imported when it is first asked for.
"""

from importlib import import_module as _import_module

__version__ = "0.2.0"


def _public() -> tuple[str, ...]:
    return (*_import_module("gapworks.study").STUDIES, "readers")


def __getattr__(name: str) -> object:
    # Python asks for names like __path__ first, which say nothing of a package's own.
    if name.startswith("_") or name not in _public():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_public()} - {"_import_module", "_public"})
