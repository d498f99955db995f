"""The private Slurm itself."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.cluster.conftest import CANNOT, slurm_script

pytestmark = pytest.mark.cluster


def test_private_slurm_starts_twice_and_after_a_kill_and_stops(spare_slurm):
    def ok(command: str) -> str:
        ran = spare_slurm.run(command)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def nodes() -> list[str]:
        ran = subprocess.run(
            ["srun", "--nodes=2", "--ntasks=2", "--mem=100", "printenv", "SLURMD_NODENAME"],
            env=os.environ | {"SLURM_CONF": str(spare_slurm.state / "slurm.conf")},
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return sorted(ran.stdout.split())

    assert "started" in ok("start")
    assert nodes() == ["n1", "n2"]
    before = spare_slurm.pids()
    assert len(before) == 4  # munged, slurmctld and two slurmd
    assert "already runs" in ok("start")
    assert spare_slurm.pids() == before

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert spare_slurm.run("status").returncode == 1
    assert "started" in ok("start")
    assert nodes() == ["n1", "n2"]

    ok("status")
    ok("stop")
    assert spare_slurm.run("status").returncode == 1
    assert spare_slurm.pids() == []
    assert not os.path.lexists(spare_slurm.link)
    ok("stop")


def test_private_slurm_leaves_a_real_configuration_alone(spare_slurm):
    spare_slurm.link.parent.mkdir()
    spare_slurm.link.write_text("ClusterName=real\n")

    refused = spare_slurm.run("start")
    assert refused.returncode == CANNOT
    assert "is not ours" in refused.stderr
    assert spare_slurm.run("stop").returncode == 0
    assert spare_slurm.link.read_text() == "ClusterName=real\n"


def test_private_slurm_explains_wrong_usage():
    assert "usage:" in slurm_script("--help").stdout
    for arguments in ([], ["restart"], ["start", "--nodes"], ["start", "--nodes", "none"]):
        assert slurm_script(*arguments).returncode == 2
