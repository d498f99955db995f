"""A package's public names, each loaded from its module on first use."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False  # that of `typing`, which takes ten times as long to import as a face
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazy(
    package: str, modules: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], list[str], Callable[[], list[str]]]:
    """`__getattr__`, `__all__` and `__dir__` of a package whose names stand in its modules.

    Who needs only the settings of a study does not wait for numba.

    Parameters
    ----------
    package : str
        Its `__name__`.
    modules : mapping of str to tuple of str
        The package's modules, and the public names that each defines.
    """
    home = {name: module for module, names in modules.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home[name]}"), name)

    def __dir__() -> list[str]:
        # What Python keeps in a module, its submodules and public names: what is imported for the
        # making of the face (`lazy`, `annotations`) is nobody's.
        module = sys.modules[package]
        own = {
            name
            for name, value in vars(module).items()
            if name.startswith("_") or name.isupper() or getattr(value, "__path__", None)
        }
        return sorted(own | home.keys())

    return __getattr__, sorted(home), __dir__
