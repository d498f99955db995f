"""What a machine has for a run, what it lacks, and the cure: looked at before anything is computed.

Each check is a function that gives findings and starts nothing that stays; what can hang or abort
(a launcher of ranks, a graphics card, Slurm) is asked in a process of its own, with a time limit.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from gapworks.factory.errors import reason

PATIENCE = 60.0
"""Seconds that another program may take to answer."""
FREE_GIB = {"results": 2.0, "temporary files": 0.5}
"""What laptop scale needs, with room; docs/scaling.md says what larger ones do."""
EXTRAS = {
    "snakemake": ("workflow", "runs of the workflow"),
    "snakemake-executor-plugin-slurm": ("cluster", "runs on Slurm"),
    "mpi4py": ("mpi", "samples on several MPI ranks"),
}
"""Packages that not every use needs: the extra that has them, and what for."""
RANKS = (
    "from mpi4py import MPI; first = MPI.Get_library_version().splitlines()[0]; "
    "ranks = MPI.COMM_WORLD.allreduce(1); "  # the first speaks for all: lines of two may mingle
    "MPI.COMM_WORLD.rank or print(ranks, ' '.join(first.split(',')[0].split()))"
)
CARDS = "import torch; print(torch.cuda.device_count() if torch.cuda.is_available() else 0)"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    state : {"good", "note", "fault"}
        A fault ends a run, or makes its results others; a note is something to do without.
    said : str
        What was found.
    cure : str
        What to do; empty where there is nothing to do.
    """

    what: str
    state: Literal["good", "note", "fault"]
    said: str
    cure: str = ""

    def __str__(self) -> str:
        """A line, and one with the cure."""
        cure = f"\n{'':>8}-> {self.cure}" if self.cure else ""
        return f"{self.state:>6}  {self.what}: {self.said}{cure}"


def examine(folder: Path) -> Iterator[Finding]:
    """Look at everything that a run in a folder would need, one finding after the other.

    Parameters
    ----------
    folder : Path
        Where the Snakefile is, or will be.
    """
    checks: Sequence[Callable[[Path], Iterator[Finding]]] = (
        *(machine, packages, settings, disks, file_locks, caches),
        *(mpi, graphics, slurm, broken_run),
    )
    for check in checks:
        yield from check(folder)


def machine(_: Path) -> Iterator[Finding]:
    """Cores and memory that this process may use, and Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    said = f"{platform.machine()}, Python {platform.python_version()}, {cores} cores"
    with contextlib.suppress(OSError, ValueError):
        gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        said += f", {gib:.1f} GiB of memory"
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        if limit != "max":
            said += f", of which {int(limit) / 2**30:.1f} may be used"
    yield Finding("machine", "good", said)


def packages(folder: Path) -> Iterator[Finding]:
    """Versions that are installed, beside those of envs/lock.txt."""
    for name, (extra, what) in EXTRAS.items():
        if _version(name) is None:
            cure = f"pip install 'gapworks[{extra}]'"
            yield Finding(name, "note", f"is not installed: no {what}", cure)
    lock = folder / "envs" / "lock.txt"
    if not lock.exists():
        yield Finding("packages", "note", "no envs/lock.txt here: not a checkout of gapworks")
        return
    lines = (line.split("#")[0].strip() for line in lock.read_text().splitlines())
    pinned = dict(line.split("==") for line in lines if "==" in line)
    found = {name: _version(name) for name in pinned}
    others = [
        f"{name} {there} (locked {pinned[name]})"
        for name, there in found.items()
        if there is not None and there.partition("+")[0] != pinned[name]
    ]
    if others:
        said = f"other versions than envs/lock.txt: {', '.join(others)}"
        cure = (
            "make setup installs the locked ones; with others numbers may move in the last digits"
        )
        yield Finding("packages", "note", said, cure)
    else:
        yield Finding("packages", "good", f"{len(pinned)} versions as envs/lock.txt has them")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def settings(folder: Path) -> Iterator[Finding]:
    """config.yaml, at every scale."""
    path = folder / "config.yaml"
    if not path.exists():
        cure = "go to the folder of the Snakefile; commands for your own files need none"
        yield Finding("config.yaml", "note", "is not here: no runs in this folder", cure)
        return
    import yaml

    from gapworks.config import check_no_key_twice, load

    try:
        text = path.read_text()
        check_no_key_twice(text)
        load(yaml.safe_load(text))
    except (OSError, ValueError, yaml.YAMLError) as error:
        said = "; ".join(" ".join(line.split()) for line in str(error).splitlines())
        yield Finding("config.yaml", "fault", said, "mend what is named")
    else:
        yield Finding("config.yaml", "good", "every key is known, every value possible")


def disks(folder: Path) -> Iterator[Finding]:
    """Room, and whether a file can be written, renamed and kept."""
    places = {"results": folder, "temporary files": Path(tempfile.gettempdir())}
    for what, place in places.items():
        try:
            with tempfile.TemporaryDirectory(dir=place, prefix=".gapworks-") as tried:
                first = Path(tried) / "a"
                first.write_bytes(b"whole")
                with first.open("rb") as file:
                    os.fsync(file.fileno())
                first.replace(Path(tried) / "b")
        except OSError as error:
            cure = "free it, or choose a folder of yours" + (
                "" if what == "results" else " (TMPDIR)"
            )
            yield Finding(f"disk for {what}", "fault", f"{place}: {reason(error)}", cure)
            continue
        free = shutil.disk_usage(place).free / 2**30
        said = f"{place}: {free:.1f} GiB free"
        if free < FREE_GIB[what]:
            cure = f"laptop scale needs {FREE_GIB[what]:g}; docs/scaling.md has the larger ones"
            yield Finding(f"disk for {what}", "note", said, cure)
        else:
            yield Finding(f"disk for {what}", "good", said)


def file_locks(folder: Path) -> Iterator[Finding]:
    """Whether the file system locks files; results are read and written without."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EROFS, errno.ENOSPC):
            return  # said of the disk
        said = f"the file system has none ({reason(error)})"
        cure = "nothing to do: results are opened without; one run at a time in a folder"
        yield Finding("file locks", "note", said, cure)
    else:
        yield Finding("file locks", "good", "are there")


def caches(_: Path) -> Iterator[Finding]:
    """Where compiled code and Snakemake's own files are kept between processes."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    code = Path(given) if given else Path(__file__).parents[1]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for what, place, variable in (
        ("compiled code", code, "NUMBA_CACHE_DIR"),
        ("Snakemake's cache", home, "XDG_CACHE_HOME"),
    ):
        there = next(one for one in (place, *place.parents) if one.exists())
        if os.access(there, os.W_OK | os.X_OK):
            yield Finding(what, "good", f"is kept below {place}")
        else:
            cure = f"{variable}=/a/folder/of/yours; else each process starts some seconds later"
            yield Finding(what, "note", f"{place} cannot be written", cure)


def mpi(_: Path) -> Iterator[Finding]:
    """Whether the launcher and mpi4py are of one MPI: two ranks that see each other."""
    if _version("mpi4py") is None:
        return  # said of the packages
    beside = Path(sys.executable).with_name("mpiexec")
    launcher = str(beside) if beside.exists() else shutil.which("mpiexec")
    if launcher is None:
        cure = "pip install 'gapworks[mpi]', or load the site's MPI; without, one rank a job"
        yield Finding("MPI", "note", "there is no mpiexec", cure)
        return
    ended = _ask([launcher, "-n", "2", sys.executable, "-c", RANKS])
    seen = [line.split(" ", 1) for line in ended.stdout.splitlines() if " " in line]
    if ended.returncode == 0 and len(seen) == 1 and seen[0][0] == "2":
        yield Finding("MPI", "good", f"two ranks see each other ({seen[0][1]}, {launcher})")
        return
    if seen and all(size == "1" for size, _ in seen):
        said = f"{launcher} starts ranks that do not see each other: another MPI than mpi4py's"
    else:
        said = f"{launcher} starts no ranks: {_last(ended)}"
    cure = "the mpiexec beside this Python, or mpi4py built with the site's mpicc (docs/qpi.md)"
    yield Finding("MPI", "fault", said, cure)


def graphics(_: Path) -> Iterator[Finding]:
    """A graphics card, and whether torch can use it; none is needed."""
    counted = _ask([sys.executable, "-c", CARDS]).stdout.strip()
    if counted.isdigit() and int(counted):
        yield Finding("graphics card", "good", f"torch {_version('torch')} sees {counted}")
    elif shutil.which("nvidia-smi") and _ask(["nvidia-smi", "-L"]).stdout.strip():
        cure = "install a torch for CUDA (https://pytorch.org/get-started) into this environment"
        said = f"there is one, and torch {_version('torch')} does not see it"
        yield Finding("graphics card", "note", said, cure)
    else:
        yield Finding("graphics card", "good", "none; none is needed up to workstation scale")


def slurm(_: Path) -> Iterator[Finding]:
    """Whether a cluster answers from here."""
    if shutil.which("sbatch") is None:
        yield Finding("Slurm", "good", "none here; runs on this machine need none")
        return
    ended = _ask(["sinfo", "--noheader", "--format=%P %a"])
    if ended.returncode:
        cure = "log in to a node that may submit, or ask whoever runs the cluster"
        said = f"does not answer, so no runs on it: {_last(ended)}"
        yield Finding("Slurm", "note", said, cure)
    elif _version("snakemake-executor-plugin-slurm"):
        up = [line.split()[0] for line in ended.stdout.splitlines() if line.endswith(" up")]
        said = f"answers; partitions: {', '.join(dict.fromkeys(up)) or 'none that is up'}"
        yield Finding("Slurm", "good", said)


def broken_run(folder: Path) -> Iterator[Finding]:
    """A lock that a run left, or has; where Snakemake is not installed there are no runs."""
    try:
        from gapworks.runs.note import locks
    except ModuleNotFoundError:
        return
    if locks(folder):
        cure = "gapworks resume --list says what is left of it; gapworks resume goes on"
        yield Finding("run", "note", "one goes on in this folder, or broke off here", cure)


def _ask(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"no answer in {PATIENCE:g} s")
    except OSError as error:
        return subprocess.CompletedProcess(words, 1, "", reason(error))


def _last(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {ended.returncode}"
