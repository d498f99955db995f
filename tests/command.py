"""`gapworks` as a user runs it, and small data for it to work on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

GAPWORKS = Path(sys.executable).parent / "gapworks"
SETTINGS: dict[str, Any] = {
    "dataset": "test",
    "seed": 1,
    "stream": 3,
    "data_version": 1,
    "physics": {
        "coupling": 1.5,
        "filling": 0.85,
        "length": 32,
        "hartree": "attractive",
        "disorder_strengths": [0, 0.5],
    },
    "solver": {"tolerance": 1e-11, "max_iterations": 400},
}
"""Settings that `gapworks simulate chain` takes."""
STATISTICS = {"V_bins": 10, "delta_bins": 10, "resamples": 20, "confidence": 0.95}
"""Settings that `gapworks evaluate chain statistics` takes."""


def arguments(*given: Any) -> list[str]:
    """Arguments as text, mappings and lists as JSON."""
    return [json.dumps(a) if isinstance(a, dict | list) else str(a) for a in given]


def gapworks(*given: Any, cwd: Path | None = None, timeout: float = 120):
    """Run a command; whatever happens, a traceback is a bug."""
    ran = subprocess.run(
        [GAPWORKS, *arguments(*given)],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert "Traceback (most recent call last)" not in ran.stderr, ran.stderr
    return ran


def simulate(output, start=0, stop=8, settings=SETTINGS, threads=1):
    """Simulate one shard."""
    bounds = ["--start", start, "--stop", stop, "--threads", threads]
    given = ["--settings", settings, *bounds, "--output", output]
    return gapworks("simulate", "chain", *given, timeout=600)


def gather(output, folder, samples=8, settings=SETTINGS):
    """Gather a data set that is one shard."""
    return gapworks(
        *("gather", "chain", "--settings", settings, "--folder", folder),
        *("--samples", samples, "--shard-size", samples, "--output", output),
    )
