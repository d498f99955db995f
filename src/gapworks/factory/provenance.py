"""Where numbers come from: package versions, commit, processor, and digests of the code used.

No date, no time and no name of a host: they would make two equal runs differ.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import platform
import re
import subprocess
from pathlib import Path

import gapworks

PACKAGES = ("numpy", "scipy", "numba", "h5py", "torch", "mpi4py")


def provenance() -> dict[str, object]:
    """Versions, commit and kind of machine, as kept in every file: the same in every run."""
    return {
        "gapworks": gapworks.__version__,
        "commit": git_commit(),
        "python": platform.python_version(),
        "packages": _versions(),
        "machine": platform.machine(),
        "processor": _processor(),
    }


@functools.cache
def git_commit() -> str:
    """The commit of the code that runs, with "+changes" if files differ from it; or "unknown"."""
    folder = Path(gapworks.__file__).parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        # A site-packages inside somebody else's repository is not under version control there.
        _git(folder, "ls-files", "--error-unmatch", "__init__.py")
        return commit + ("+changes" if _git(folder, "status", "--porcelain", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


PLANS = re.compile(r"gapworks\.(study|plan|config|\w+\.(study|steps|config|networks))")
"""Modules that say what is made of what, with which settings: these are compared as values."""


@functools.cache
def code_digest(*modules: str, without: str | None = None) -> str:
    """Digest of the named modules and of everything of gapworks that they import.

    Comments, docstrings and formatting do not count: what they change is no reason to draw a
    figure or train a network again.

    Parameters
    ----------
    modules : str
        Full names.
    without : str, optional
        A package whose modules count only if they are named.

    Raises
    ------
    ModuleNotFoundError
        If a module does not exist.
    """
    sha256 = hashlib.sha256()
    seen: set[str] = set()
    waiting = sorted(modules)
    while waiting:
        module = waiting.pop(0)
        if module in seen:
            continue
        seen.add(module)
        found = [name for name in _code(module)[0] if not _is_in(name, without)]
        waiting += [name for name in found if not PLANS.fullmatch(name)]
    for module in sorted(seen):
        sha256.update(f"{module}\n{_code(module)[1]}\n".encode())
    return sha256.hexdigest()[:16]


def solver_digest(study: str) -> str:
    """Digest of the code that decides a study's samples: that draws and solves, not that keeps."""
    names = (f"gapworks.{study}.data.dataset", "gapworks.factory.seeds")
    return code_digest(*names, without="gapworks.factory")


def _is_in(module: str, package: str | None) -> bool:
    return package is not None and (module == package or module.startswith(f"{package}."))


@functools.cache
def _code(module: str) -> tuple[list[str], str]:
    """The modules of gapworks that a module imports, and what of its text counts."""
    path = _path(module)
    if path is None:
        raise ModuleNotFoundError(f"no module {module}")
    tree = ast.parse(path.read_text(), str(path))
    return sorted(_imports(tree)), ast.unparse(_without_docstrings(tree))


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@functools.cache
def _processor() -> str:
    """The model, by which libraries choose their kernels and so the last digits."""
    try:
        said = Path("/proc/cpuinfo").read_text()
    except OSError:
        said = ""
    found = re.search(r"^model name\s*: (.*)$", said, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or "unknown"


@functools.cache
def _versions() -> dict[str, str]:
    return {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def _path(module: str) -> Path | None:
    """The file of a module of gapworks; None if there is no such module (a name in one, say)."""
    base = Path(gapworks.__file__).parent.joinpath(*module.split(".")[1:])
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def _imports(tree: ast.AST) -> set[str]:
    """Modules of gapworks that a module imports, absolutely, anywhere in its text."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    ours = {name for name in found if name.split(".")[0] == "gapworks"}
    return {name for name in ours if _path(name) is not None}


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        holder = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if holder and body and ast.get_docstring(node, clean=False) is not None:
            node.body = body[1:] or [ast.Pass()]
    return tree
