"""Milliseconds an image of networks in training.

    python benchmarks/qpi_networks.py [PIXELS] [REPEATS]

The small network at two energies: what is drawn anew for a batch of 32, and that with its step,
with freed memory given back, as at first in a process, and kept, as in training; the median. Then
the paper's: one step, in float32 and in bfloat16; the least of the repeats. A step is forward,
backward, Adam. CPU time of all threads beside the time on the clock, which other work disturbs.
"""

from __future__ import annotations

import contextlib
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import yaml

from gapworks.config import load
from gapworks.learning.memory import freed_memory_kept
from gapworks.plan import Plan
from gapworks.qpi.learning.maps import View
from gapworks.qpi.learning.network import TwoHeads
from gapworks.qpi.learning.training import Drawing, loss
from gapworks.qpi.steps import Train

BATCH = 32


def main(pixels: int, repeats: int) -> None:
    """Print a row of the table for each network, number of threads and precision."""
    torch.manual_seed(0)
    batch = (
        torch.randn(BATCH, 1, pixels, pixels),
        torch.zeros(BATCH, 0),
        torch.arange(BATCH) % 5,
        torch.randn(BATCH, 4),
    )
    print("\n| network | pixels | threads | precision | ms an image | CPU ms an image |")
    print("|---|---|---|---|---|---|")
    for backbone in ("vgg16", "convnext"):
        model = TwoHeads(backbone, 1, 0, 512, False, [0.0] * 4, [1.0] * 4)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for bfloat16 in (False, True):
                taken = []
                for _ in range(repeats + 1):
                    clock, cpu = time.perf_counter(), time.process_time()
                    value = loss(model, batch, (1.0, 1.0), "cpu", bfloat16)
                    optimizer.zero_grad(set_to_none=True)
                    value.backward()
                    optimizer.step()
                    taken.append((time.perf_counter() - clock, time.process_time() - cpu))
                # The first step plans the convolutions.
                best = [1e3 * min(times) / BATCH for times in zip(*taken[1:], strict=True)]
                precision = "bfloat16" if bfloat16 else "float32"
                row = f"| {backbone} | {pixels} | {threads} | {precision} |"
                print(f"{row} {best[0]:.1f} | {best[1]:.1f} |", flush=True)


def small(repeats: int) -> None:
    """Print drawing, step and answer of the small network of laptop scale, on one thread."""
    torch.set_num_threads(1)
    config = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
    plan = Plan("laptop", load(config)[1]["laptop"], "qpi")
    settings = Train.of(plan.scale, network="small-converged")
    view, energies = View.of(settings.inputs, settings.condition), 2
    normal = [0.0] * 4, [1.0] * 4
    heads = settings.network.model_dump(include={"aggregation", "conditional", "widths", "kernel"})
    shown = view.channels(energies), view.scalar_count(energies)
    model = TwoHeads("small", *shown, target_mean=normal[0], target_scale=normal[1], **heads)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)
    draw = Drawing(settings.inputs, view, [20.0, 300.0], *normal)
    green = torch.randn(BATCH, energies, 3, 64, 64, dtype=torch.complex64) * 1e-3
    local = torch.randn(BATCH, energies, 4, dtype=torch.complex64) * 1e-3
    stored = (green, local, torch.arange(BATCH) % 5, *torch.rand(4, BATCH))
    rng = np.random.default_rng(0)

    def step(batch: tuple[torch.Tensor, ...]) -> None:
        value = loss(model.train(), batch, (3.0, 1.0), "cpu")
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()

    works: dict[str, Callable[[], object]] = {
        "drawing": lambda: draw(stored, rng),
        "drawing and step": lambda: step(draw(stored, rng)),
    }
    print("| small network | freed memory | ms an image | CPU ms an image | pages cleared |")
    print("|---|---|---|---|---|")
    # What was kept once is not given back as at first: no turns.
    for memory, kept in (("given back", contextlib.nullcontext), ("kept", freed_memory_kept)):
        for name, work in works.items():
            found = []
            with kept():
                for _ in range(3 * repeats + 2):
                    clock, cpu, pages = time.perf_counter(), time.process_time(), cleared()
                    work()
                    spent = time.perf_counter() - clock, time.process_time() - cpu
                    found.append((*spent, cleared() - pages))
            # The memory of the first two is not yet where it will be.
            clock, cpu, pages = (statistics.median(one) for one in zip(*found[2:], strict=True))
            row = f"| {name} | {memory} | {1e3 * clock / BATCH:.2f} | {1e3 * cpu / BATCH:.2f} |"
            print(f"{row} {pages / BATCH:.0f} |", flush=True)


def cleared() -> int:
    """Pages that the system has cleared for this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:] + ["64", "4"][len(sys.argv) - 1 :]]
    small(given[1])
    main(*given)
