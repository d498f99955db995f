"""The workflow on a real Slurm, started as README says it, and the private Slurm itself."""

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
DATA = "results/smoke/chain/data/test.h5"


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


def checksums(folder: Path, data: str = DATA) -> str:
    return subprocess.run(
        [BIN / "gapworks", "info", "--checksums", data],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_study_on_slurm_has_the_arrays_of_a_local_run(slurm, checkout):
    cluster, laptop = checkout("cluster"), checkout("laptop")

    run = snakemake(cluster, "--profile", "slurm", "chain", "--config", "scale=smoke")

    assert run.returncode == 0, run.stderr
    made = cluster / "results/smoke/chain"
    assert (made / "figures/fig3.pdf").read_bytes().startswith(b"%PDF")
    shards = list((made / "shards").rglob("*.h5"))
    assert len(shards) > 1
    jobs = slurm_jobs(run)
    assert {state for states in jobs.values() for state in states} == {"COMPLETED"}
    assert len(jobs["simulate"]) == len(shards)
    assert len(jobs["train"]) == len(list((made / "models").glob("*.safetensors")))
    assert len(jobs["figure"]) == len(list((made / "figures").glob("*.pdf")))

    local = snakemake(laptop, "-c2", DATA)
    assert local.returncode == 0, local.stderr
    assert checksums(cluster) == checksums(laptop) != ""


def test_ranks_on_slurm_make_the_data_of_a_local_run(slurm, checkout):
    """srun --mpi=pmi2 starts MPICH's ranks as one world; --ranks would refuse any other."""
    cluster, laptop = checkout("cluster"), checkout("laptop")
    data = "results/smoke/qpi/data/test.h5"

    run = snakemake(cluster, "--profile", "slurm", data)

    assert run.returncode == 0, run.stderr
    assert slurm_jobs(run) == {"simulate_qpi_mpi": ["COMPLETED"], "gather": ["COMPLETED"]}
    assert "on 2 ranks" in run.stderr
    local = snakemake(laptop, "-c2", data)
    assert local.returncode == 0, local.stderr
    assert checksums(cluster, data) == checksums(laptop, data) != ""


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
