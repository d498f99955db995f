"""A checkout whose runs go to Slurm, and a private Slurm whose daemons can be killed."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.workflow.conftest import Checkout, wait_until

LINK = Path("/etc/slurm/slurm.conf")

SCALE = "faults"
"""Three shards of a second or two, what a network of the other sets takes, and work for ranks."""
OVERLAY = {
    "chain": {
        "datasets": {"test": {"realizations": 225}},
        "shard_size": 1200,
        "networks": {"window": {"training": {"epochs": 60, "patience": 60}}},
    },
    # Some three seconds for each of two ranks.
    "qpi": {"datasets": {"test": {"per_class": 8}}, "shard_size": 40},
}
SHARDS = ("0-1200", "1200-2400", "2400-3600")
FOLDER = "results/faults/chain/shards/test"
DATA = "results/faults/chain/data/test.h5"
NETWORK = "results/faults/chain/models/window-r8-n2.safetensors"
RANKS = "results/faults/qpi/data/test.h5"
"""Made by two MPI ranks, of one shard."""
RANKS_SHARD = "results/faults/qpi/shards/test/0-40.h5"


@dataclass(frozen=True)
class SlurmJob:
    """A job as Slurm knows it, for an hour after its end."""

    id: int
    task: str
    """Its name for users: as `id`, or 77_3 for a task of a job array."""
    rule: str
    wildcards: str
    """Joined by underscores; of a task of an array, those of the array's first."""
    state: str
    node: str
    partition: str
    gpus: int
    restarts: int
    """How often Slurm itself put it back into the queue."""
    minutes: int
    """Time limit."""
    memory: int
    """MB asked for."""


class ClusterCheckout(Checkout):
    """A copy of the checkout, and what its runs have on Slurm: the one of `configuration`.

    The profile is as it is shipped, but for what a test changes.
    """

    def __init__(self, folder: Path, configuration: Path = LINK) -> None:
        super().__init__(folder)
        if configuration != LINK:
            self.environment["SLURM_CONF"] = str(configuration)
            # Snakemake's jobs drop SLURM_CONF, and their srun would ask the other Slurm.
            srun = folder / "bin/srun"
            srun.parent.mkdir()
            call_it = f'SLURM_CONF={configuration} exec {shutil.which("srun")} "$@"'
            srun.write_text(f"#!/bin/sh\n{call_it}\n")
            srun.chmod(0o755)
            self.environment["PATH"] = f"{srun.parent}:{self.environment['PATH']}"
        self._call = functools.partial(call, configuration=configuration)
        # Slurm remembers jobs for an hour: those of another test's folder of this name, too.
        numbers = self._call("squeue", "--states=all", "--noheader", "--format=%A").split()
        self._last_before = max(map(int, numbers), default=0)
        self.add_scale(SCALE, OVERLAY)
        (self.folder / "slurm").symlink_to("profiles/slurm")

    def edit_profile(self, old: str, new: str) -> None:
        """Replace words of the copy's Slurm profile, as a user does, that stand there once."""
        path = self.folder / "profiles/slurm/config.yaml"
        text = path.read_text()
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new))

    @contextlib.contextmanager
    def profile(self) -> Iterator[dict[str, Any]]:
        """The copy's Slurm profile, to be changed in a `with` block."""
        path = self.folder / "profiles/slurm/config.yaml"
        content = yaml.safe_load(path.read_text())
        yield content
        path.write_text(yaml.safe_dump(content, sort_keys=False))

    def jobs(self) -> list[SlurmJob]:
        """Jobs of all runs here, old ones first."""
        jobs = []
        for line in self._call("scontrol", "show", "jobs", "--oneliner").splitlines():
            said = dict(re.findall(r"(\S+?)=(\S*)", line))
            ours = said.get("WorkDir") == str(self.folder)
            if ours and int(said["JobId"]) > self._last_before:
                jobs.append(_job(said))
        return sorted(jobs, key=lambda job: job.id)

    def jobs_of(self, rule: str, wildcards: str = "") -> list[SlurmJob]:
        """Those of a rule; `wildcards` are the last ones, and leave tasks of arrays out."""
        return [
            job
            for job in self.jobs()
            if job.rule == rule
            and f"_{job.wildcards}".endswith(wildcards)
            and not (wildcards and "_" in job.task)
        ]

    def job(self, number: int) -> SlurmJob:
        """The job of a number, as it stands."""
        (found,) = [job for job in self.jobs() if job.id == number]
        return found

    def job_of(self, pid: int) -> SlurmJob:
        """The job that a process belongs to."""
        return self.job(int(psutil.Process(pid).environ()["SLURM_JOB_ID"]))

    def states(self, rule: str, wildcards: str = "") -> list[str]:
        """How those jobs ended, or where they stand."""
        return [job.state for job in self.jobs_of(rule, wildcards)]

    def active_jobs(self) -> list[str]:
        """Numbers of the jobs of this folder that are in the queue or running."""
        listed = self._call("squeue", "--noheader", "--format=%A %Z").splitlines()
        return [line.split()[0] for line in listed if line.split()[1] == str(self.folder)]

    def resume(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `gapworks resume`, as `start` starts snakemake."""
        return self.start("resume", *arguments, program="gapworks")

    def check_finished(self, run: subprocess.Popen[str], seconds: float = 600) -> None:
        """A run that was started must succeed."""
        code = run.wait(seconds)
        assert code == 0, self.said()
        self.check_nothing_foreign_was_run()

    def stop(self) -> None:
        if jobs := self.active_jobs():
            self._call("scancel", "--signal=KILL", *jobs)
            self._call("scancel", *jobs)
        super().stop()


class Daemons:
    """The daemons of the private Slurm that tests run on, to be killed and started again."""

    def __init__(self) -> None:
        self.configuration = LINK.readlink()
        self._pid_files = self.configuration.parent / "run"

    def kill_node(self, node: str) -> None:
        """Let a node go down: its daemon and all processes of its jobs end at once.

        Slurm would notice by itself, five minutes later; here its administrator does.
        """
        jobs = call("squeue", "--noheader", f"--nodelist={node}", "--format=%A").split()
        self._kill(f"slurmd-{node}")
        for process in psutil.process_iter(["cmdline", "environ"]):
            words = " ".join(process.info["cmdline"] or ())
            environment = process.info["environ"] or {}
            daemon = any(words.startswith(f"slurmstepd: [{job}.") for job in jobs)
            if daemon or environment.get("SLURM_JOB_ID") in jobs:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        call("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=power")

    def start_node(self, node: str) -> None:
        self._start("slurmd", "-N", node)
        state = ("sinfo", "--noheader", f"--nodes={node}", "--format=%t")
        wait_until(lambda: call(*state).strip() in ("idle", "mix"), f"{node} is back")

    def kill_controller(self) -> None:
        """The daemon that knows all jobs crashes; the jobs do not notice.

        It writes down what it knows some seconds late. A crash before that makes it start running
        jobs once more, and close their nodes: a fault of Slurm's, and not the one wanted here.
        """
        before = time.time()
        for job in call("squeue", "--noheader", "--states=running", "--format=%A").split():
            call("scontrol", "update", f"JobId={job}", "AdminComment=to be written down")
        state = self.configuration.parent / "save/job_state"
        wait_until(lambda: state.stat().st_mtime > before, "slurmctld has written down its jobs")
        self._kill("slurmctld")

    def start_controller(self) -> None:
        self._start("slurmctld")
        up = ("scontrol", "ping")
        wait_until(lambda: " is UP" in call(*up, check=False), "slurmctld is back")

    def resume_nodes(self) -> None:
        """Open nodes that Slurm has closed: one test's misfortune is not the next one's."""
        closed = call("sinfo", "--noheader", "--Node", "--states=drain,down", "--format=%N")
        for node in sorted(set(closed.split())):
            call("scontrol", "update", f"NodeName={node}", "State=RESUME")

    def _kill(self, daemon: str) -> None:
        pid = int((self._pid_files / f"{daemon}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(pid), f"{daemon} has ended")

    def _start(self, daemon: str, *arguments: str) -> None:
        call(daemon, "-f", str(self.configuration), *arguments)


def call(*command: str, check: bool = True, configuration: Path = LINK) -> str:
    """Run one of Slurm's commands; gives what it prints."""
    environment = os.environ | {"SLURM_CONF": str(configuration)}
    return subprocess.run(
        command, check=check, env=environment, capture_output=True, text=True, timeout=60
    ).stdout


def weights_sha256(checkout: Checkout, network: str) -> str:
    """The SHA-256 of a network's weights, which its card must agree with."""
    path = checkout.folder / network
    said = re.search(r'"weights_sha256": "(\w+)"', path.with_suffix(".json").read_text())
    assert said, path
    counted = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True)
    assert counted.stdout.split()[0] == said[1]
    return said[1]


def _job(said: dict[str, str]) -> SlurmJob:
    hours, minutes, _ = said["TimeLimit"].split(":")  # days do not occur here
    rule, _, wildcards = said["Comment"].removeprefix("rule_").partition("_wildcards_")
    in_array = "ArrayTaskId" in said
    return SlurmJob(
        id=int(said["JobId"]),
        task=f"{said['ArrayJobId']}_{said['ArrayTaskId']}" if in_array else said["JobId"],
        rule=rule,
        wildcards=wildcards,
        state=said["JobState"],
        node=said["NodeList"],
        partition=said["Partition"],
        gpus=int(said.get("TresPerJob", "gres:gpu:0").removeprefix("gres:gpu:")),
        restarts=int(said["Restarts"]),
        minutes=60 * int(hours) + int(minutes),
        memory=int(said["MinMemoryNode"][:-1]) * {"M": 1, "G": 1024}[said["MinMemoryNode"][-1]],
    )
