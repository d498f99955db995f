"""The smoke scale of all three studies on a Slurm of its own, made while other tests run.

Nothing is killed here: the jobs' programs are forked (`tests.support.forked`), which else take most
of their time to start. Other tests' jobs start as anybody's do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

from tests.cluster.cluster import ClusterCheckout
from tests.support import forked

TABLE = "results/smoke/qpi/tables/table1.csv"
ALL = ("--config", "scale=smoke")
SECONDS = 1800
"""Some four times what a run takes, for machines that do other things besides."""
USERS_LINES = ("slurm_partition: gpu ", "gpu: 1\n", "nodes: 2 ")
USERS_LINES += ("figure: draw\n", "table: draw\n", "group-components:\n", "  draw: 8\n")
"""Lines of the profile that a user uncomments: the private Slurm has such a partition."""
QUICKLY = (
    ("seconds-before-status-checks: 10\n", "seconds-before-status-checks: 1\n"),
    ("status-checks-per-second: 0.1\n", "status-checks-per-second: 10\n"),
)
"""Slurm is asked more often than the profile says, not to wait ten seconds for each short job."""
PROLOG = """#!/bin/sh
echo "$SLURM_JOB_ID $SLURM_PROCID $SLURMD_NODENAME" >> {}
"""


class SmokeRun:
    """One table from nothing, then everything else; begun at once, in a thread.

    Attributes
    ----------
    checkout : ClusterCheckout
    table : SimpleNamespace
        ``made`` and ``jobs`` when there was the table; stands, as `ranks`, once `wait` returns.
    ranks : list of str
        Job, rank and node of every MPI rank that began.
    """

    def __init__(self, folder: Path, configuration: Path) -> None:
        self.checkout = checkout = ClusterCheckout(folder, configuration)
        checkout.environment = forked.with_hook(checkout.environment)
        for line in USERS_LINES:
            self.checkout.edit_profile(f"# {line}", line)
        for old, new in QUICKLY:
            self.checkout.edit_profile(old, new)
        # Each rank's node says that it begins.
        self._ranks, prolog = folder / "ranks", folder / "prolog"
        prolog.write_text(PROLOG.format(self._ranks))
        prolog.chmod(0o755)
        self.checkout.edit_profile("mpi: srun", f"mpi: srun --task-prolog={prolog}")
        self._pool = ThreadPoolExecutor(1)
        self._made = self._pool.submit(self._make)

    def _make(self) -> None:
        checkout = self.checkout
        checkout.check_finished(checkout.start("--profile", "slurm", TABLE), SECONDS)
        self.table = SimpleNamespace(made=checkout.made(), jobs=checkout.jobs())
        checkout.check_finished(checkout.start("--profile", "slurm", *ALL), SECONDS)
        self.ranks = self._ranks.read_text().splitlines()

    def wait(self) -> None:
        """Until all is made.

        Raises
        ------
        AssertionError
            If one of the runs failed; with what it said.
        """
        self._made.result()

    def stop(self) -> None:
        """End what still runs, as it does where tests were interrupted."""
        self.checkout.stop()
        self._pool.shutdown()
