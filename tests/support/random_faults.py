"""Faults drawn at random on a finished run, each followed by the same command.

The outcome must be the files of the undisturbed run, bit for bit, or a refusal that names a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil

from tests.support import forked
from tests.workflow.conftest import Checkout, Run, to_its_end, wait_until

SCALE = "faults"
OVERLAY = {
    "chain": {"networks": {"scan_cutoffs": [2, 8]}},
    "eliashberg": {
        "datasets": {"simple": {"samples": 40}, "complex": {"samples": 40}},
        "shard_size": 20,
        "networks": {
            "supervised": {"simple": {"epochs": 1}, "complex": {"epochs": 1}},
            "autoencoder": {"latent": [2], "training": {"epochs": 1}},
        },
        "evaluation": {"resamples": 20, "examples": 1, "forward": 2, "checks": 2},
    },
    "qpi": {"ranks": 2},
}
SHORT = {"chain": ["figures/fig1.pdf", "tables/disorder.csv"]}
LONG = {
    "chain": [
        *(f"figures/fig{number}.pdf" for number in (1, 2, 3, 4, 5, 7)),
        *(f"tables/{name}.csv" for name in ("disorder", "errors", "correlations", "claims")),
    ],
    "eliashberg": ["figures/fig8.pdf", "tables/table1.csv"],
    "qpi": ["figures/examples.pdf", "figures/band.pdf"],
}
"""Targets of a study: few jobs, and among them every command and MPI ranks."""
SIGNALS = (*(signal.SIGKILL, signal.SIGTERM, signal.SIGINT) * 3, signal.SIGSTOP)
MADE_BY = {
    "shards": "simulate",
    "data": "gather",
    "generated": "generate",
    "models": "train",
    "evaluation": "evaluate",
    "figures": "figure",
    "tables": "table",
}
"""The command that makes what a folder holds; metrics and claims go by the name of the file."""
KINDS = ("damage", "swap", "foreign", *("kill",) * 5, "notes", "dates")


def made_by(name: str) -> str:
    """The command that makes a product."""
    if Path(name).stem.partition("-")[0] in ("metrics", "claims"):
        return Path(name).stem.partition("-")[0]
    return MADE_BY["shards" if "/shards/" in name else Path(name).parent.name]


class World:
    """A finished run, and what it looked like."""

    def __init__(self, checkout: Checkout, targets: dict[str, list[str]]) -> None:
        self.checkout = checkout
        checkout.add_scale(SCALE, OVERLAY)
        folder = f"results/{SCALE}"
        self.targets = {
            study: [f"{folder}/{study}/{name}" for name in names]
            for study, names in targets.items()
        }
        self.killed: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        every = [target for targets in self.targets.values() for target in targets]
        self._put_aside("other seed", every, "--config", "seed=2")
        self._put_aside("right", every)
        self.right = self.sums()

    def _put_aside(self, name: str, targets: list[str], *options: str) -> None:
        """Run, and keep a copy of all that there is then."""
        here = self.checkout.folder
        shutil.rmtree(here / f"results/{SCALE}", ignore_errors=True)
        run = self.snakemake([*targets, *options])
        assert run.returncode == 0, run.output
        self._kept(name).mkdir()
        for part in ("results", ".snakemake"):
            shutil.copytree(here / part, self._kept(name) / part)

    def _kept(self, name: str) -> Path:
        return self.checkout.folder.parent / name

    def restore(self) -> None:
        """Put everything back to how it was."""
        for part in ("results", ".snakemake"):
            shutil.rmtree(self.checkout.folder / part, ignore_errors=True)
            shutil.copytree(self._kept("right") / part, self.checkout.folder / part)

    def snakemake(self, arguments: list[str]) -> Run:
        return self.checkout.snakemake("-c2", *arguments, timeout=600)

    def sums(self) -> dict[str, str]:
        """SHA-256 of every file below results/, hidden ones too, but for unfinished trainings."""
        folder = self.checkout.folder
        return {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in sorted(self.checkout.made())
            if ".checkpoint." not in name
        }

    def products(self, study: str) -> list[str]:
        """Those of a study, less hidden records."""
        return [n for n in self.right if f"/{study}/" in n and not Path(n).name.startswith(".")]

    def round(self, seed: int) -> str:
        """One fault, and the same command; says what was done and how it went."""
        rng = random.Random(seed)
        study = rng.choice(sorted(self.targets))
        kind = rng.choice(KINDS)
        self.asked = self.targets[study]
        done = getattr(self, f"_{kind}")(rng, study)
        what = f"round {seed}: {study}: {kind}: {done}"
        run = self.snakemake(self.asked)
        if "cannot be locked" in run.output:  # the run was killed: the command that it names helps
            assert "gapworks resume" in run.output or "--unlock" in run.output, what
            run = self._resume()
        assert "Traceback" not in run.output, f"{what}\n{run.output}"
        if run.returncode:
            assert re.search(r"results/\S+", run.output), f"{what}\n{run.output}"
            self.outcomes["refused"] += 1
            self.restore()
            return f"{what}: refused"
        now = self.sums()
        differing = [name for name in now if now[name] != self.right.get(name)]
        missing = self.right.keys() - now.keys()
        assert not differing, f"{what}\n{differing}\n{run.output}"
        assert not missing & set(self.asked), f"{what}\n{missing}\n{run.output}"
        if missing:  # a shard of data that were gathered, say: nothing needs it
            self.restore()
        self.outcomes["the same"] += 1
        return f"{what}: the same"

    def _resume(self) -> Run:
        command = ["gapworks", "resume", "--", "-c2", *self.asked]
        environment = forked.with_hook(self.checkout.environment)
        return Run(to_its_end(command, self.checkout.folder, environment, 600))

    # ---- faults ----------------------------------------------------------------------------------

    def _damage(self, rng: random.Random, study: str) -> str:
        name = rng.choice(self.products(study))
        path = self.checkout.folder / name
        content = bytearray(path.read_bytes())
        how = rng.choice(["flipped", "cut", "emptied", "zeros", "longer", "words"])
        where = rng.randrange(len(content))
        if how == "flipped":
            content[where] ^= 1 << rng.randrange(8)
        elif how == "cut":
            del content[where:]
        elif how == "zeros":
            content[where : where + 4096] = bytes(len(content[where : where + 4096]))
        elif how == "longer":
            content += content[:100]
        else:
            content = bytearray(b"" if how == "emptied" else b"no such thing\n" * 40)
        before = path.stat()
        path.write_bytes(content)
        if rng.random() < 0.5:  # as a fault of the disk does: no new date
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return f"{name} {how}"

    def _swap(self, rng: random.Random, study: str) -> str:
        every = [name for one in self.targets for name in self.products(one)]
        suffixes = Counter(Path(name).suffix for name in every)
        paired = [n for n in self.products(study) if suffixes[Path(n).suffix] > 1]
        first = rng.choice(paired)
        alike = [name for name in every if Path(name).suffix == Path(first).suffix]
        second = rng.choice([name for name in alike if name != first])
        self.asked = [target for targets in self.targets.values() for target in targets]
        pairs = [(first, second)]
        if rng.random() < 0.5:  # with what stands beside them: cards, other formats, records
            pairs = [(a, b) for a in self._beside(first) for b in self._beside(second)]
            pairs = [(a, b) for a, b in pairs if Path(a).suffixes == Path(b).suffixes]
        for a, b in pairs:
            one, two = self.checkout.folder / a, self.checkout.folder / b
            one.rename(one.with_name("moved"))
            two.rename(one)
            one.with_name("moved").rename(two)
        return f"{first} and {second} ({len(pairs)} files)"

    def _beside(self, name: str) -> list[str]:
        path = Path(name)
        return [
            other
            for other in self.right
            if Path(other).parent == path.parent
            and Path(other).name.lstrip(".").partition(".")[0] == path.stem
        ]

    def _foreign(self, rng: random.Random, study: str) -> str:
        name = rng.choice(self.products(study))
        for other in self._beside(name) if rng.random() < 0.7 else [name]:
            shutil.copy(self._kept("other seed") / other, self.checkout.folder / other)
        return f"{name} of another seed"

    def _notes(self, rng: random.Random, study: str) -> str:
        shutil.rmtree(self.checkout.folder / ".snakemake")
        if rng.random() < 0.5:
            return f"no notes, {self._foreign(rng, study)}"
        return "no notes"

    def _dates(self, rng: random.Random, study: str) -> str:
        now = time.time()
        ahead = rng.choice([0, 40 * 86400])
        for name in self.products(study):
            date = now + ahead - rng.uniform(0, 1e5)
            os.utime(self.checkout.folder / name, (date, date))
        return "dates in any order" + (", 40 days ahead" if ahead else "")

    def _kill(self, rng: random.Random, study: str) -> str:
        """Let something be made, and signal its command, or the run, at any moment of it.

        The command that was killed least often is chosen, whatever the study.
        """
        by_command: dict[str, list[str]] = {"run": self.products(study)}
        for name in (name for one in self.targets for name in self.products(one)):
            by_command.setdefault(made_by(name), []).append(name)
            if "/qpi/shards/" in name:
                by_command.setdefault("ranks", []).append(name)
        aim = min(sorted(by_command), key=lambda one: (self.killed[one], rng.random()))
        name = rng.choice(by_command[aim])
        (self.checkout.folder / name).write_bytes(b"")  # one that is missing may not be needed
        command, number = made_by(name), rng.choice(SIGNALS)
        target = "run" if aim == "run" else command
        self.asked = self.targets[name.split("/")[2]]
        run = self.checkout.start("-c2", *self.asked)
        process = self._wait_for(command, run)
        with contextlib.suppress(psutil.NoSuchProcess):
            time.sleep(rng.uniform(0, 1))
            chosen = psutil.Process(run.pid if target == "run" or process is None else process)
            chosen.send_signal(number)
            if process is not None or target == "run":
                self.killed[target] += number != signal.SIGSTOP
                self.killed["ranks"] += "/qpi/shards/" in name and number != signal.SIGSTOP
            if number == signal.SIGSTOP:
                time.sleep(0.5)
                chosen.send_signal(signal.SIGCONT)
        run.wait(timeout=600)
        wait_until(lambda: not self.checkout.processes(), "all that the run began ends", 60)
        return f"{target} by {number.name} while {name} is made"

    def _wait_for(self, command: str, run: subprocess.Popen[str]) -> int | None:
        """The process of a command of the run; None if the run has ended before it was seen."""
        while run.poll() is None:
            for pid in self.checkout.processes():
                with contextlib.suppress(psutil.NoSuchProcess):
                    words = psutil.Process(pid).cmdline()
                    names = [Path(word).name for word in words[:3]]
                    if "gapworks" in names and command in words and "mpiexec" not in names:
                        return pid
            time.sleep(0.005)
        assert run.returncode == 0, self.checkout.said()
        return None
