"""What the ranks of the tests run: python -m tests.support.world TASK ARGUMENTS..."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from gapworks.factory.errors import DataError
from gapworks.factory.ranks import world
from gapworks.factory.shards import simulate_shard
from tests.support import toy


def expected():
    """The number of ranks that the test wants there to be."""
    return int(os.environ["RANKS"]) if "RANKS" in os.environ else None


def sums():
    """Two sums in order of numbers that lose digits, the second by ranks of unequal speed."""
    with world(expected()) as ranks:
        done = []

        def part(i):
            done.append(i)
            return np.sin(np.arange(1000.0) * i) * 10.0 ** (i % 17)

        def slow(i):
            time.sleep(0.02 * ranks.rank)
            return -part(i)

        totals = []
        for count, do in ((40, part), (23, slow), (1, part)):
            total = np.zeros(1000)
            for addend in ranks.in_order(count, do):
                total += addend
            totals.append(total.tobytes().hex())
        root = ranks.from_first(lambda: ranks.rank + 7)
        said = {"size": ranks.size, "rank": ranks.rank, "root": root, "done": len(done)}
        if ranks.rank == 0:
            said["totals"] = totals
        sys.stdout.write(json.dumps(said) + "\n")


def shard(output, fault="none", rank="1"):
    """Samples 0-24 of the toy study; the given rank comes to grief at its third block."""
    with world(expected()) as ranks:
        blocks = []

        class Study:
            Settings, VARIABLES = toy.Settings, toy.VARIABLES
            block, coordinates = toy.block, toy.coordinates

            @staticmethod
            def simulate(settings, start, stop, threads):
                blocks.append(start)
                if ranks.rank == int(rank) and len(blocks) == 3:
                    if fault == "killed":
                        os.kill(os.getpid(), signal.SIGKILL)
                    if fault == "error":
                        raise DataError("the moon is in the way")
                    if fault == "bug":
                        raise ZeroDivisionError("a bug")
                if fault == "endless":
                    Path(f"{output}.began").touch()
                    time.sleep(0.5)
                return toy.simulate(settings, start, stop, threads)

        simulate_shard(Study, toy.Settings(), 0, 48, Path(output), 1, world=ranks)


if __name__ == "__main__":
    {"sums": sums, "shard": shard}[sys.argv[1]](*sys.argv[2:])
