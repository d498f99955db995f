"""`gapworks` as a user runs it, and small data for it to work on."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from gapworks.cli import main
from tests.support import forked
from tests.support.config import section

GAPWORKS = Path(sys.executable).parent / "gapworks"
SETTINGS: dict[str, Any] = {
    "dataset": "test",
    "seed": 1,
    "stream": 3,
    "data_version": 1,
    "physics": section("chain", "physics", length=32, disorder_strengths=[0, 0.5]),
    "solver": section("chain", "solver"),
}
"""Settings that `gapworks simulate chain` takes."""
STATISTICS = {
    "evaluation": section("chain", "evaluation", V_bins=10, delta_bins=10, resamples=20),
}
"""Settings that `gapworks evaluate chain test-bdg` takes."""


def arguments(*given: Any) -> list[str]:
    """Arguments as text, mappings and lists as JSON."""
    return [json.dumps(a) if isinstance(a, dict | list) else str(a) for a in given]


def gapworks(*given: Any, cwd: Path | None = None, timeout: float = 120):
    """Run a command, as a step of a run; whatever happens, a traceback is a bug."""
    ran = subprocess.run(
        [GAPWORKS, *arguments(*given)],
        cwd=cwd,
        env=forked.of_a_step(forked.environment()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert "Traceback (most recent call last)" not in ran.stderr, ran.stderr
    return ran


def gapworks_here(*given: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, where torch is loaded already; an exception is a bug."""
    out, err = io.StringIO(), io.StringIO()
    handler = signal.getsignal(signal.SIGTERM)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments(*given))
    except SystemExit as left:  # of the parser, which has said why; or with a line to be said
        code = left.code if isinstance(left.code, int) else 1
        err.write("" if isinstance(left.code, int) else f"{left.code}\n")
    finally:
        signal.signal(signal.SIGTERM, handler)
    return subprocess.CompletedProcess(list(given), code, out.getvalue(), err.getvalue())


def simulate(output, start=0, stop=8, settings=SETTINGS, threads=1, *options):
    """Simulate one shard."""
    bounds = ["--start", start, "--stop", stop, "--threads", threads]
    given = ["--settings", settings, *bounds, "--output", output]
    return gapworks("simulate", "chain", *given, *options, timeout=600)


def gather(output, folder, samples=8, settings=SETTINGS):
    """Gather a data set that is one shard."""
    return gapworks(
        *("gather", "chain", "--settings", settings, "--folder", folder),
        *("--samples", samples, "--shard-size", samples, "--output", output),
    )


TRAINING = {
    "epochs": 120,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "final_learning_rate": 1e-5,
    "schedule": "cosine",
}
NETWORKS = {
    "window": {"kind": "window", "cutoff": 2, "hidden": [8, 8], "training": TRAINING},
    "surrogate": {
        "kind": "surrogate",
        "channels": 4,
        "kernel": 3,
        "dilations": [1, 2],
        "training": TRAINING,
    },
}


def training_settings(kind, **changes):
    settings = {"name": kind, "seed": 1, "realizations": 8, "network": NETWORKS[kind]}
    return settings | changes


def train_arguments(folder, output, kind="window", **changes):
    return arguments(
        *("train", "chain", "--settings", training_settings(kind, **changes)),
        *("--data", folder / "train.h5", "--validation", folder / "validation.h5"),
        *("--output", output),
    )


def make_data(folder, name, samples, **changes):
    settings = SETTINGS | {"dataset": name} | changes
    shards = folder / f"shards-{name}"
    assert simulate(shards / f"0-{samples}.h5", 0, samples, settings).returncode == 0
    assert gather(folder / f"{name}.h5", shards, samples, settings).returncode == 0


def refused(ran, *said, folder, code=1):
    """A command failed with one line that says so much, and wrote nothing into a folder."""
    assert ran.returncode == code, ran.stderr
    (line,) = ran.stderr.splitlines()
    assert line.startswith("gapworks: ")
    for words in said:
        assert str(words) in line, f"{words} is not in: {line}"
    assert not os.listdir(folder)
