"""What the benchmarks share: timing, fresh processes, the table and its files.

numpy and pandas are imported late: `prepare` must set the number of BLAS threads before them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
_START = time.perf_counter()
# Copied trees need neither what was made nor what was installed.
LEFT_OUT = (".*", "slurm", "results", "logs", "__pycache__", "*.egg-info")
Sizes = TypeVar("Sizes")
"""What a run measures."""

# Per mapping, and so per process: ru_maxrss begins at the size of the process that forked.
_PEAK = """
def peak_mb():
    try:
        with open("/proc/self/status") as file:
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        import resource, sys
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024 ** (2 if sys.platform == "darwin" else 1)
"""


def arguments(description: str) -> argparse.Namespace:
    """The command line of both benchmarks."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--quick", action="store_true", help="smaller sizes and few repeats: within a minute"
    )
    return parser.parse_args()


def run(main: Callable[[], None]) -> None:
    """Call `main` and leave: 0 if all went well, 1 with a message, 130 after Ctrl-C."""
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        print(error.stdout or "", error.stderr or "", sep="", file=sys.stderr)
        sys.exit(f"failed with exit code {error.returncode}: {error.cmd}")


def prepare() -> None:
    """One BLAS thread: times are per core, whichever solver. Call before numpy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"


@contextmanager
def fresh_cache() -> Iterator[None]:
    """A numba cache of our own: what is measured is what this source compiles to."""
    with tempfile.TemporaryDirectory(prefix="gapworks-bench-") as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        yield


def say(text: str) -> None:
    """A line of progress."""
    print(f"[{time.perf_counter() - _START:4.0f} s] {text}", file=sys.stderr, flush=True)


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def race(
    calls: Mapping[str, Callable[[], object]],
    repeats: int,
    budget: float = 10.0,
    floor: float = 0.02,
) -> dict[str, list[float]]:
    """Seconds per call of each function, the functions taking turns so that noise hits all.

    Parameters
    ----------
    calls : mapping of str to callable
    repeats : int
        Measurements of each.
    budget : float
        Seconds after which a function takes no further turn; it has had one at least.
    floor : float
        Seconds that one measurement lasts at least: a fast function is called several times.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    loops = {}
    for name, call in calls.items():
        first = seconds(call)
        if first > 1:
            # So long that what the first call finds cold does not matter, and a turn is dear.
            times[name].append(first)
            loops[name] = 1
        else:
            # The first call loads and compiles; the second tells how many fit.
            loops[name] = max(1, round(floor / max(seconds(call), 1e-7)))
    for _ in range(repeats):
        for name, call in calls.items():
            measured = times[name]
            spent = sum(measured) * loops[name]
            if len(measured) >= repeats or (measured and spent > budget):
                continue
            start = time.perf_counter()
            for _ in range(loops[name]):
                call()
            measured.append((time.perf_counter() - start) / loops[name])
    return times


def fresh(code: str, **environment: str) -> dict[str, float]:
    """Run code in a new interpreter, where it fills a dict `result`; gives `result` back.

    `result` also gets the `wall` seconds of the process and its peak memory, `peak_mb`.
    """
    program = "\n".join(
        ["result = {}", _PEAK, code, "result['peak_mb'] = peak_mb()"]
        + ["import json", "print(json.dumps(result))"]
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    wall = time.perf_counter() - start
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": wall}


class Results:
    """The rows of a benchmark: printed by section, kept as .csv, and as .json what made them.

    Parameters
    ----------
    name : str
        The files' name in benchmarks/results.
    quick : bool
        Kept in the .json: a quick run is not to be compared with a full one.
    """

    def __init__(self, name: str, quick: bool) -> None:
        self._name = name
        self._quick = quick
        self._rows: list[dict[str, Any]] = []
        self._noise: list[float] = []
        self._load = [os.getloadavg()[0]]

    def add(
        self,
        section: str,
        case: str,
        method: str,
        unit: str,
        values: Sequence[float],
        *,
        reference: Sequence[float] | None = None,
        note: str = "",
        **more: object,
    ) -> None:
        """Add a row: smallest, median and largest of what was measured.

        Parameters
        ----------
        reference : sequence of float, optional
            The same quantity by the reference method: the row says how many times smaller its
            minimum is. Other processes only ever add time, and unequally.
        more
            Further columns.
        """
        self._rows.append(
            {
                "section": section,
                "case": case,
                "method": method,
                "unit": unit,
                "repeats": len(values),
                "min": min(values),
                "median": statistics.median(values),
                "max": max(values),
                "ratio": min(reference) / min(values) if reference else None,
                **more,
                "note": note,
            }
        )

    def listen(self) -> None:
        """Time a fixed piece of work: its spread over the run is the machine's noise."""
        for _ in range(10):
            self._noise.append(seconds(lambda: sum(i * i for i in range(100_000))))

    def finish(self) -> None:
        """Print the tables and write the files."""
        import pandas as pd

        self.listen()
        self._load.append(os.getloadavg()[0])
        relative = [value / min(self._noise) for value in self._noise]
        self.add("noise", "fixed work", "python", "x best", relative)
        frame = pd.DataFrame(self._rows)
        for section, rows in frame.groupby("section", sort=False):
            shown = rows.drop(columns="section").replace("", None).dropna(axis=1, how="all")
            table = shown.to_string(index=False, na_rep="", float_format=_number)
            print(f"\n{section}\n{table}")
        low, middle, high = min(relative), statistics.median(relative), max(relative)
        print(
            f"\nmachine noise: a fixed piece of work took {low:.2f} / {middle:.2f} / {high:.2f} x"
            f" its best time (min / median / max of {len(relative)}); load average"
            f" {self._load[0]:.1f} before, {self._load[1]:.1f} after, {os.cpu_count()} cores"
        )
        about = {
            **provenance(),
            "quick": self._quick,
            "cores": os.cpu_count(),
            "noise": {"min": low, "median": middle, "max": high},
            "load_average": self._load,
            "seconds": time.perf_counter() - _START,
        }
        RESULTS.mkdir(parents=True, exist_ok=True)
        frame.to_csv(RESULTS / f"{self._name}.csv", index=False)
        text = json.dumps(about, indent=2) + "\n"
        (RESULTS / f"{self._name}.json").write_text(text)
        say(f"written: {(RESULTS / self._name).relative_to(ROOT)}.csv, .json")


def begin(name: str, description: str, full: Sizes, quick: Sizes) -> tuple[Sizes, Results]:
    """Sizes as the command line asks for them, and an empty table; before numpy is imported."""
    chosen = arguments(description).quick
    prepare()
    results = Results(name, chosen)
    results.listen()
    return quick if chosen else full, results


def _number(value: float) -> str:
    """Four digits, never an exponent that hides how large a time is."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


def provenance() -> dict[str, Any]:
    """Where a benchmark's numbers come from: as in every file, and the day."""
    from gapworks.factory.provenance import provenance

    return {**provenance(), "created": datetime.now(UTC).isoformat(timespec="seconds")}


def copy_checkout(folder: Path) -> None:
    """Copy this checkout, to run the workflow in; the package is still the one here."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))


def plan(study: str, scale: str = "paper") -> Any:
    """The plan of a study at one of the scales of config.yaml; gapworks is imported only here."""
    import yaml

    from gapworks.config import load
    from gapworks.plan import Plan

    chosen = load(yaml.safe_load((ROOT / "config.yaml").read_text()))[1][scale]
    return Plan(scale, chosen, study)
