"""The private Slurm that the tests of this folder run on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from gapworks.command import RESIDENT
from tests.cluster.cluster import DATA, NETWORK, OVERLAY, RANKS, SCALE, ClusterCheckout, Daemons
from tests.cluster.smoke import SmokeRun
from tests.support import forked
from tests.workflow.conftest import Checkout
from tests.workflow.conftest import compiled as compiled

SCRIPT = Path(__file__).parent / "slurm.sh"
CANNOT = 3  # the script's exit code where a machine cannot have a private Slurm


def slurm_script(*arguments: str | Path, nice: int = 0) -> subprocess.CompletedProcess[str]:
    command = ["nice", f"-n{nice}", SCRIPT, *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )


def skip(reason: str) -> NoReturn:
    """Skip, but where the tests have to run: in CI a skip would pass for a success."""
    (pytest.fail if os.environ.get("GAPWORKS_REQUIRE_CLUSTER") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def slurm():
    """A Slurm that runs: the one found running, or one of our own that is stopped afterwards."""
    if slurm_script("status").returncode == 0:
        yield
        return
    try:
        started = slurm_script("start")
        if started.returncode == CANNOT:
            skip(started.stderr.strip())
        assert started.returncode == 0, started.stderr
        yield
    finally:
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
    checkout.environment[RESIDENT] = forked.server("gapworks")
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
    with private_place(18817) as spare:
        yield spare


@pytest.fixture(scope="session")
def smoke_run(compiled, tmp_path_factory):
    """The smoke scale under way, on a Slurm whose daemons no test kills."""
    with private_place(19817) as own:
        started = own.run("start", nice=10)  # the other tests' jobs go first
        assert started.returncode == 0, started.stderr
        run = SmokeRun(tmp_path_factory.mktemp("smoke"), own.state / "slurm.conf")
        yield run
        run.stop()


@pytest.fixture(scope="session", autouse=True)
def begun_early(request, slurm):
    """The smoke scale takes as long as all else here, which mostly waits: it is begun first."""
    if any("smoke_run" in item.fixturenames for item in request.session.items):
        request.getfixturevalue("smoke_run")


@contextlib.contextmanager
def private_place(port: int) -> Iterator[Place]:
    """A place for a Slurm that is stopped afterwards."""
    if os.geteuid() != 0:
        skip("starting and stopping Slurm needs root")
    # Not tmp_path, whose parents are closed to other users: munge refuses such a place.
    with tempfile.TemporaryDirectory(prefix="gapworks-slurm-") as folder:
        os.chmod(folder, 0o755)
        place = Place(Path(folder), port)
        try:
            yield place
        finally:
            place.run("stop")


class Place:
    def __init__(self, folder: Path, port: int):
        self.state = folder / "state"
        self.link = folder / "etc/slurm.conf"
        self._port = str(port)

    def run(self, command: str, nice: int = 0) -> subprocess.CompletedProcess[str]:
        where = ("--state", self.state, "--link", self.link, "--port", self._port)
        return slurm_script(command, *where, nice=nice)

    def pids(self) -> list[int]:
        return [int(file.read_text()) for file in (self.state / "run").glob("*.pid")]
