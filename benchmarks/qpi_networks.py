"""Milliseconds an image of the paper's networks in training, in float32 and in bfloat16.

    python benchmarks/qpi_networks.py [PIXELS] [REPEATS]

One step of a batch of 32: forward, backward, Adam. CPU time of all threads beside the time on the
clock, which other work on the machine disturbs more; the least of the repeats.
"""

from __future__ import annotations

import sys
import time

import torch

from gapworks.qpi.learning.network import TwoHeads
from gapworks.qpi.learning.training import loss

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
    print("| network | pixels | threads | precision | ms an image | CPU ms an image |")
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


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:] + ["64", "4"][len(sys.argv) - 1 :]))
