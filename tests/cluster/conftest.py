"""The private Slurm that the tests of this folder run on."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.cluster.cluster import DATA, NETWORK, OVERLAY, RANKS, SCALE, ClusterCheckout, Daemons
from tests.workflow.conftest import Checkout
from tests.workflow.conftest import compiled as compiled

SCRIPT = Path(__file__).parent / "slurm.sh"
CANNOT = 3  # the script's exit code where a machine cannot have a private Slurm


def slurm_script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="session")
def slurm():
    """A Slurm that runs: the one found running, or one of our own that is stopped afterwards."""
    if slurm_script("status").returncode == 0:
        yield
        return
    started = slurm_script("start")
    if started.returncode == CANNOT:
        pytest.skip(started.stderr.strip())
    assert started.returncode == 0, started.stderr
    yield
    slurm_script("stop")


@pytest.fixture(scope="session")
def daemons(slurm):
    """The running Slurm's daemons, to be killed and started again."""
    return Daemons()


@pytest.fixture(scope="module")
def new_cluster_checkout(daemons, compiled, tmp_path_factory):
    """Make copies of the checkout; what their runs left behind is ended after the last test."""
    daemons.resume_nodes()
    made = []

    def new(name: str) -> ClusterCheckout:
        made.append(ClusterCheckout(tmp_path_factory.mktemp(name)))
        return made[-1]

    yield new
    for checkout in made:
        checkout.stop()


@pytest.fixture(scope="session")
def undisturbed_run(compiled, tmp_path_factory):
    """A local run that makes, without any fault, what the tests on Slurm make; under way."""
    checkout = Checkout(tmp_path_factory.mktemp("undisturbed"))
    checkout.add_scale(SCALE, OVERLAY)
    yield checkout, checkout.start("-c2", DATA, NETWORK, RANKS)
    checkout.stop()


@pytest.fixture(scope="session")
def undisturbed(undisturbed_run):
    """The checkout in which that run has ended."""
    checkout, run = undisturbed_run
    assert run.wait(600) == 0, checkout.said()
    return checkout


@pytest.fixture
def spare_slurm(slurm):
    """A place for a second Slurm beside the first, to start, kill and stop at will."""
    if os.geteuid() != 0:
        pytest.skip("starting and stopping Slurm needs root")
    # Not tmp_path, whose parents are closed to other users: munge refuses such a place.
    with tempfile.TemporaryDirectory(prefix="gapworks-slurm-") as folder:
        os.chmod(folder, 0o755)
        spare = Spare(Path(folder))
        yield spare
        spare.run("stop")


class Spare:
    def __init__(self, folder: Path):
        self.state = folder / "state"
        self.link = folder / "etc/slurm.conf"

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return slurm_script(command, "--state", self.state, "--link", self.link, "--port", "18817")

    def pids(self) -> list[int]:
        return [int(file.read_text()) for file in (self.state / "run").glob("*.pid")]
