"""Copies of the checkout to run the workflow in, as a user does who has not activated .venv."""

from __future__ import annotations

import copy
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil
import pytest
import yaml

from gapworks.study import STUDIES
from tests.conftest import copy_checkout
from tests.support import forked
from tests.support.config import section
from tests.support.waiting import wait_until

BIN = Path(sys.executable).parent
# Sizes that make the number of jobs, and not the samples, decide how long a test takes; whatever
# the scale `smoke` cuts besides is cut here as well.
TINY = {
    "chain": {
        "datasets": {
            "train": {"realizations": 2},
            "validation": {"realizations": 1},
            "test": {"realizations": 2},
            "surrogate": {"realizations": 2},
            "hartree_literal": {"realizations": 1},
            "hartree_none": {"realizations": 1},
        },
        "shard_size": 32,
        "networks": {
            "window": {"training": {"epochs": 1}},
            "surrogate": {"training": {"epochs": 1}},
            "scan_cutoffs": [8],
            "scan_realizations": [2],
        },
        "cost": {"lengths": [128], "sites": 128, "dense_up_to": 128},
        "evaluation": {"resamples": 50},
    },
    "qpi": {
        "datasets": {
            name: {"per_class": count}
            for names, count in (
                ("train", 2),
                ("validation test fidelity", 1),
                ("literal_train literal_validation literal_test literal_converged", 1),
            )
            for name in names.split()
        },
        "shard_size": 5,
        "networks": {"judged": None, "small": {"training": {"epochs": 1}}},
        "evaluation": {"white": [0.3, 0], "pink": [], "resamples": 50},
        "statements": {"samples": 1, "n_effective": 1024, "omegas": [0], "rashba": [10]},
    },
}


def to_its_end(
    words: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run a program of the .venv to its end, with all that it says in `stdout`."""
    program, *arguments = words
    return subprocess.run(
        [BIN / program, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )


class Checkout:
    """A copy of the tracked and the new files, and an environment that has no .venv on PATH.

    A foreign `gapworks` and `mpiexec` stand first on PATH; no run may ever start one of them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        copy_checkout(self.folder)
        foreign = folder / "foreign"
        foreign.mkdir()
        self._foreign_was_run = folder / "foreign-was-run"
        for name in ("gapworks", "mpiexec", "python", "python3"):
            script = foreign / name
            script.write_text(f'#!/bin/sh\necho "$0 $*" >> {self._foreign_was_run}\nexit 42\n')
            script.chmod(0o755)
        self.environment = {
            "PATH": f"{foreign}:/usr/bin:/bin",
            "HOME": os.environ.get("HOME", str(folder)),
        }
        self.forking = True
        """Whether snakemake is (`tests.support.forked`), and its steps if nobody disturbs them."""
        self._started: list[subprocess.Popen[str] | forked.Run] = []
        self.add_scale("tiny")

    def add_scale(self, name: str, overlay: Mapping[str, Any] | None = None) -> None:
        """Lay `overlay` over the scale `tiny`, as a scale of its own."""
        with self.config() as config:
            scale = copy.deepcopy(config["scales"]["smoke"])
            config["scales"][name] = merge(merge(scale, TINY), overlay or {})

    def config(self) -> _Config:
        """The copy's config.yaml, to be changed in a `with` block."""
        return _Config(self.folder / "config.yaml")

    def snakemake(self, *arguments: str | Path, timeout: float = 300) -> Run:
        """Run the .venv's snakemake to its end."""
        given = arguments, self.folder, self.environment, timeout
        ran = forked.snakemake(*given) if self.forking else None
        run = Run(ran or to_its_end(["snakemake", *arguments], *given[1:]))
        self.check_nothing_foreign_was_run()
        return run

    def start(
        self, *arguments: str | Path, program: str = "snakemake"
    ) -> subprocess.Popen[str] | forked.Run:
        """Start a program as the leader of a process group of its own, as a shell would."""
        with (self.folder / "started.out").open("w") as output:
            process = self._begin(program, arguments, output)
        self._started.append(process)
        return process

    def _begin(self, program: str, arguments: Sequence[str | Path], output: IO) -> Any:
        if program == "snakemake" and self.forking:
            with suppress(OSError):
                return forked.Run(arguments, self.folder, self.environment, output)
        return subprocess.Popen(
            [BIN / program, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def stop_writers(
        self, shards: str, names: tuple[str, ...], but: Iterable[int] = ()
    ) -> dict[str, int]:
        """Stop the processes that write these files, each in the middle of it; gives their ids.

        They can neither end before a fault comes nor be so slow that a test has to wait. The
        processes `but` are known already.
        """
        known = set(but)
        stopped: dict[str, int] = {}

        def all_stopped() -> bool:
            for part in (self.folder / shards).glob(".*.tmp"):
                name, _, writer = part.name[1:].removesuffix(".tmp").partition(".h5.")
                pid = int(writer.rpartition("-")[2])
                wanted = name in names and name not in stopped and pid not in known
                if wanted and psutil.pid_exists(pid):
                    os.kill(pid, signal.SIGSTOP)
                    stopped[name] = pid
            return len(stopped) == len(names)

        wait_until(all_stopped, f"{', '.join(names)} are being written")
        return stopped

    def said(self) -> str:
        """What the run that was started last has printed so far."""
        return (self.folder / "started.out").read_text()

    def make(self, *arguments: str | Path) -> Run:
        """Run snakemake on two cores; it must succeed."""
        run = self.snakemake("-c2", *arguments)
        assert run.returncode == 0, run.output
        return run

    def undisturbed(self, scale: str, overlay: Mapping[str, Any], data: str) -> Any:
        """Checksums of data at a scale of its own, as a run that nobody disturbs makes them."""
        self.add_scale(scale, overlay)
        self.make(data)
        return self.checksums(data)

    def checksums(self, *files: str) -> list[str]:
        """SHA-256 and name of every array, as `gapworks info --checksums` prints them."""
        said = subprocess.run(
            [BIN / "gapworks", "info", "--checksums", *files],
            cwd=self.folder,
            env=forked.of_a_step(self.environment) if self.forking else self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout.splitlines()
        assert any(line.endswith("  valid") for line in said)
        return said

    def made(self, below: str = "results") -> set[str]:
        """Every file that runs made there, hidden ones too; names relative to the checkout."""
        folder = self.folder / below
        found = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)) for path in found} - {"results/README.md"}

    def unfinished(self) -> set[str]:
        """Temporary files of writers."""
        return {name for name in self.made() if name.endswith(".tmp")}

    def processes(self) -> list[int]:
        """Processes, not zombies, whose current folder is the checkout: those of its runs."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                here = (process / "cwd").readlink() == self.folder
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if here and state != "Z":
                found.append(int(process.name))
        return found

    def check_nothing_foreign_was_run(self) -> None:
        if self._foreign_was_run.exists():
            pytest.fail(f"foreign programs were run:\n{self._foreign_was_run.read_text()}")

    def stop(self) -> None:
        """End what is left of the runs that were started here."""
        for process in self._started:
            process.kill()
            process.wait()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.processes(), "the runs' processes end")


class Run:
    """What a run of snakemake printed, and how it ended."""

    def __init__(self, process: subprocess.CompletedProcess[str]) -> None:
        self.returncode = process.returncode
        self.output = process.stdout

    @property
    def jobs(self) -> dict[str, int]:
        """Number of jobs planned, by rule; the total and the target rules are left out."""
        table = re.search(r"^Job stats:\n.*\n-.*\n((?:\S+ +\d+\n)+)", self.output, re.MULTILINE)
        rows = (line.split() for line in table[1].splitlines()) if table else ()
        return {rule: int(n) for rule, n in rows if rule not in ("total", "all", *STUDIES)}

    @property
    def nothing_to_be_done(self) -> bool:
        return "Nothing to be done" in self.output and not self.jobs


class _Config:
    """A YAML file as a mapping; written back at the end of the `with` block."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> dict[str, Any]:
        self._content = yaml.safe_load(self._path.read_text())
        return self._content

    def __exit__(self, *_: Any) -> None:
        self._path.write_text(yaml.safe_dump(self._content, sort_keys=False))


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a nested mapping over another."""
    merged = dict(below)
    for key, value in above.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if nested else json.loads(json.dumps(value))
    return merged


def let_go_on(pids: Iterable[int]) -> None:
    """Let processes go on that were stopped."""
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def has_ended(pid: int) -> bool:
    """Whether there is no such process; a zombie, for which nobody waits, is none."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


SETTINGS = {
    "study": "chain",
    "dataset": "test",
    "seed": 20251230,
    "stream": 3,
    "data_version": 1,
    "physics": section("chain", "physics", disorder_strengths=[0, 0.25, 0.5, 0.75]),
    "solver": section("chain", "solver"),
}
"""Settings that `gapworks simulate chain` takes."""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> None:
    """The solver's machine code is in the cache: the first job after an edit compiles it."""
    shard = tmp_path_factory.mktemp("compiled") / "0-1.h5"
    subprocess.run(
        [BIN / "gapworks", "simulate", "chain", "--settings", json.dumps(SETTINGS)]
        + ["--start", "0", "--stop", "1", "--output", shard],
        env=forked.of_a_step(forked.environment()),
        check=True,
        capture_output=True,
        timeout=600,
    )


@pytest.fixture
def checkout(compiled, tmp_path) -> Iterator[Checkout]:
    """A fresh copy, for one test."""
    copied = Checkout(tmp_path)
    yield copied
    copied.stop()


@pytest.fixture(scope="module")
def shared_checkout(compiled, tmp_path_factory) -> Iterator[Checkout]:
    """A fresh copy, for the tests of a module; each of them leaves the others' scales alone."""
    copied = Checkout(tmp_path_factory.mktemp("shared"))
    yield copied
    copied.stop()
