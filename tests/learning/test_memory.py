"""What a step of a training frees is there for the next one."""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path

import pytest
import torch

from gapworks.learning.memory import freed_memory_kept

STEPS, TENSORS, MEGABYTES = 12, 3, 40
PAGES = STEPS * TENSORS * MEGABYTES * 2**20 // resource.getpagesize()

glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc's memory")


def pages_cleared() -> int:
    """Pages that the system clears for steps that hold some tensors each, when all is settled."""
    before = 0
    for step in range(8 + STEPS):
        if step == 8:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        held = [torch.zeros(MEGABYTES * 2**18) for _ in range(TENSORS)]
        del held
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def resident() -> int:
    """Pages that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@glibc
def test_a_step_takes_the_memory_of_the_one_before():
    with freed_memory_kept():
        assert pages_cleared() < 0.1 * PAGES  # a tensor may find no room once


@glibc
def test_after_a_training_even_one_that_failed_freed_memory_is_the_systems():
    with pytest.raises(ZeroDivisionError), freed_memory_kept():
        pages_cleared()
        kept = resident()
        raise ZeroDivisionError
    assert kept - resident() > 0.9 * PAGES / STEPS


def test_where_memory_has_no_such_knob_nothing_is_done(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    with freed_memory_kept():
        assert torch.ones(3).sum() == 3
