"""A process that has imported what a program imports, and forks one that goes on as the program.

The package's own resident process, `gapworks.runs.forking`, for all tests of a session: it serves
`snakemake` as well, and who asks may come from another checkout. `tests.support.forked` starts it.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from gapworks.command import RESIDENT
from gapworks.factory.provenance import code_digest
from gapworks.factory.recipe import EXPECTED
from gapworks.runs import forking
from gapworks.runs.note import CONFIG, MARK
from gapworks.runs.resident import TEMPORARY, THREADS

OF_A_TEST = {"HOME", "PATH", "PYTHONPATH", "GAPWORKS_TEST_SNAKEMAKE"}
OF_A_TEST |= {RESIDENT, MARK, CONFIG, EXPECTED}
"""Variables that nothing reads while it is imported, and that differ between tests."""
OF_SLURM = ("SLURM", "SRUN_", "SBATCH_", "HOSTNAME", "ENVIRONMENT")
"""And what these begin with."""
SNAKEMAKE = (
    *("snakemake.cli", "snakemake.report.html_reporter", "smart_open", "sqlmodel"),
    *("gapworks.config", "gapworks.plan", "gapworks.factory.disk", "gapworks.factory.provenance"),
    *(f"gapworks.runs.{name}" for name in ("checks", "clocks", "run_errors", "targets")),
    *("gapworks.runs.snakemake_guards", "gapworks.runs.verification"),
)
"""What a run of the workflow imports."""


class Start(forking.Start):
    """What the process found when it began; more may differ than between the steps of a run."""

    niceness = 0
    """Of who asked last: what is forked has it as well."""

    def is_alike(self, request: dict[str, Any]) -> bool:
        """Whether a program would find the same, but for what tests differ in."""
        given = request["environment"]
        forking.OTHERWISE.update(name for name in given if name.startswith(OF_SLURM))
        Start.niceness = request["circumstances"]["niceness"]
        # Slurm's jobs have a limit that Linux does not know, of the resident memory.
        same = {name: self.circumstances[name] for name in ("niceness", "limits")}
        return super().is_alike(request | {"circumstances": request["circumstances"] | same})


def as_nice(program: Callable[[], int]) -> Callable[[], int]:
    """A program that is as nice as who asked for it."""

    def run() -> int:
        os.nice(Start.niceness - os.nice(0))
        return program()

    return run


def preload_snakemake() -> None:
    """Import what a run does, plugins as well, which Snakemake looks for on its command line; read
    the code that it compares with what files were made by."""
    for name in SNAKEMAKE:
        importlib.import_module(name)
    sys.modules["snakemake.cli"].parse_args(["--cores", "1"])
    code_digest(*forking._modules())  # rules take digests of most of them


def snakemake() -> int:
    """Be `.venv/bin/snakemake`, with the package that PYTHONPATH has in place of ours."""
    os.setsid()
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if PathFinder.find_spec("gapworks", list(filter(None, places))):
        for name in list(sys.modules):
            if name.partition(".")[0] == "gapworks":
                del sys.modules[name]
        sys.path[:0] = places
    os.environ.setdefault("LC_CTYPE", "C.UTF-8")  # as Python does that starts without a locale
    sys.argv[0] = str(Path(sys.executable).parent / "snakemake")
    return sys.modules["snakemake.cli"].main()


if __name__ == "__main__":
    forking.OTHERWISE.update(OF_A_TEST)
    forking.Start = Start
    if sys.argv[1] == "snakemake":
        forking.preload, forking.alone = preload_snakemake, snakemake
        forking.OTHERWISE.update(THREADS, TEMPORARY, ["LC_CTYPE"])  # those of its steps
    forking.alone = as_nice(forking.alone)
    sys.exit(forking.main())
