"""What a run would cost: its jobs as Snakemake plans them, added up by `gapworks.costs`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gapworks.config import ScaleConfig, load
from gapworks.costs.estimate import Estimate, estimate, short
from gapworks.costs.jobs import PLANNED, Job, jobs_of, write_jobs
from gapworks.costs.records import kept_records, own_records
from gapworks.factory.errors import DataError, Refused
from gapworks.factory.provenance import provenance


def cost_of(
    folder: Path,
    targets: Sequence[str],
    settings: Sequence[str],
    cores: int | None = None,
    *,
    everything: bool = False,
) -> Estimate:
    """What targets would cost, as a dry run of Snakemake plans them.

    Parameters
    ----------
    folder : Path
        With the Snakefile.
    targets : sequence of str
        As snakemake takes them.
    settings : sequence of str
        KEY=VALUE, of its --config.
    cores : int, optional
        For the time by the clock; by default those that this process may use.
    everything : bool
        Count what is there already, too.

    Raises
    ------
    DataError
        With what Snakemake says, if it cannot plan them.
    Refused, ModuleNotFoundError
        Without a Snakefile; without snakemake.
    """
    if not (folder / "Snakefile").exists():
        raise Refused("no Snakefile here: go to the folder of the run, a checkout of gapworks")
    if find_spec("snakemake") is None:  # it is started as a process of its own
        raise ModuleNotFoundError("No module named 'snakemake'", name="snakemake")
    cores = cores or len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="gapworks-cost-") as place:
        written = Path(place) / "jobs.json"
        command = [sys.executable, "-m", "snakemake", "-n", "--quiet", "all", f"-c{cores}"]
        command += ["--forceall"] if everything else []
        command += ["--config", *settings] if settings else []
        ran = subprocess.run(
            [*command, "--", *targets],
            cwd=folder,
            env=os.environ | {PLANNED: str(written)},
            capture_output=True,
            text=True,
        )
        if ran.returncode or not written.exists():
            raise DataError(f"snakemake cannot plan this: {_reason(ran.stderr + ran.stdout)}")
        said = json.loads(written.read_text())
    jobs = [Job(**one) for one in said["jobs"]]
    return _added_up(folder, jobs, load(said["config"])[1], cores)


def _reason(said: str) -> str:
    """Out of all that Snakemake printed; its dry runs print errors among all else, to stdout."""
    error = re.search(r"^(?:snakemake: error: |Error: |\w+(?:Error|Exception)\b)", said, re.M)
    if error is None:
        return said.strip()
    lines = said[error.start() :].removeprefix("Error: ").splitlines()
    return "\n".join(line for line in lines if not line.startswith('  File "')).strip()


def say_costs(workflow: Any, config: Any, scales: Mapping[str, ScaleConfig]) -> None:
    """Say in a dry run what the run would cost; write its jobs, where that is asked for."""
    from snakemake.logging import logger

    jobs = jobs_of(workflow.dag)
    if os.environ.get(PLANNED):
        write_jobs(jobs, config)
    elif jobs:
        cores = workflow.resource_settings.cores or len(os.sched_getaffinity(0))
        logger.info(short(_added_up(Path.cwd(), jobs, scales, cores)))


def _added_up(
    folder: Path, jobs: Sequence[Job], scales: Mapping[str, ScaleConfig], cores: int
) -> Estimate:
    records = kept_records()
    own = own_records(folder, scales, records)
    alike = records.about["processor"] == provenance()["processor"]
    return estimate(jobs, scales, records, cores, own, same_machine=alike)
