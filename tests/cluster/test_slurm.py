"""A job that fails for good, and the private Slurm itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cluster.conftest import CANNOT, slurm_script
from tests.conftest import copy_checkout

pytestmark = pytest.mark.cluster

BIN = Path(sys.executable).parent


@pytest.fixture
def checkout(tmp_path):
    """A fresh checkout: the tracked files (and those about to be), with the link `make` sets."""

    def copy(name: str) -> Path:
        folder = tmp_path / name
        copy_checkout(folder)
        (folder / "slurm").symlink_to("profiles/slurm")
        return folder

    return copy


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run .venv/bin/snakemake from an environment that was not activated."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "SNAKEMAKE"))}
    folders = environment["PATH"].split(os.pathsep)
    environment["PATH"] = os.pathsep.join(f for f in folders if Path(f) != BIN)
    return subprocess.run(
        [BIN / "snakemake", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )


def slurm_jobs(run: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    """States of the Slurm jobs of a run, by rule; a job's comment names its rule and wildcards."""
    (name,) = re.findall(r"^SLURM run ID: (\S+)$", run.stderr, re.MULTILINE)
    listed = subprocess.run(
        ["squeue", "--states=all", "--noheader", f"--name={name}", "--format=%T %k"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    jobs: dict[str, list[str]] = {}
    for line in listed.splitlines():
        state, comment = line.split(maxsplit=1)
        rule = comment.removeprefix("rule_").partition("_wildcards_")[0]
        jobs.setdefault(rule, []).append(state)
    return jobs


def test_failed_job_shows_its_log_and_fails_the_run(slurm, checkout):
    folder = checkout("broken")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["scales"]["hopeless"] = {
        "chain": {
            "solver": {"max_iterations": 1},  # nothing converges
            "datasets": {"test": {"realizations": 1}},
        }
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))

    target = "results/hopeless/chain/data/test.h5"
    run = snakemake(folder, "--profile", "slurm", "--retries=0", target)

    assert run.returncode == 1
    assert slurm_jobs(run) == {"simulate": ["FAILED"]}
    (log,) = (folder / "logs/hopeless/chain/simulate/test").glob("*.log")
    assert log.read_text().strip() != ""
    assert log.read_text().strip() in run.stderr
    assert not list((folder / "results").rglob("*.h5"))


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
