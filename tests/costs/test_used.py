"""What a step used stands at the end of its log, and is read there."""

import subprocess
import sys

import pytest

from gapworks.costs.used import read_used
from tests.support.command import SETTINGS, gapworks_here

BUSY = """
import sys, time
from gapworks.costs.used import Clock
clock = Clock()
while time.process_time() < 0.5:
    sum(range(1000))
block = b"x" * (200 << 20)
before = time.process_time()
used = clock.used()
print(before, time.process_time())
print(used, file=sys.stderr)
"""
ROUNDED = 0.02  # seconds: two decimals are said, and the system has two clocks


def test_a_step_says_what_it_used_and_others_say_nothing(tmp_path):
    shard = tmp_path / "0-8.h5"
    bounds = ("--start", 0, "--stop", 8, "--output", shard)
    ran = gapworks_here("simulate", "chain", "--settings", SETTINGS, *bounds)
    assert ran.returncode == 0, ran.stderr
    found = read_used(ran.stderr)
    assert found.cpu > 0
    assert found.megabytes > 50
    assert read_used(gapworks_here("info", shard).stderr) is None


def test_a_step_that_failed_says_nothing_of_what_it_used(tmp_path):
    bounds = ("--start", 8, "--stop", 8, "--output", tmp_path / "8-8.h5")
    ran = gapworks_here("simulate", "chain", "--settings", SETTINGS, *bounds)
    assert ran.returncode == 1
    assert read_used(ran.stderr) is None


def test_cpu_time_and_memory_are_those_of_the_process():
    ran = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=120)
    found = read_used(ran.stderr)
    before, after = map(float, ran.stdout.split())
    assert before >= 0.5 and before - ROUNDED < found.cpu < after + ROUNDED
    assert found.megabytes > 200
    assert found.alone  # no torch was there before


def test_ranks_of_mpi_are_added_up_and_ran_beside_each_other():
    log = (
        "qpi/train samples 0-10: 10/10\n"
        "gapworks: used 3.00 s of CPU, 4.00 s in all, 200 MB, imports included\n"
        "gapworks: used 2.50 s of CPU, 3.50 s in all, 190 MB, imports included\n"
    )
    assert read_used(log) == (5.5, 4.0, 390.0, True)


@pytest.mark.parametrize("log", ["", "gapworks: used some time\n", "used 1.00 s of CPU"])
def test_other_lines_are_not_taken_for_it(log):
    assert read_used(log) is None
