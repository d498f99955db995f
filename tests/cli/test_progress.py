"""Progress: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios

import pytest

SIMULATE = """
import time
from gapworks.cli.progress import progress
with progress(40, "chain/train samples") as advance:
    for _ in range(40):
        time.sleep(0.02)
        advance(1)
"""
TRAIN = """
import sys, time
from types import SimpleNamespace
from gapworks.cli import progress
progress.FIRST, progress.OFTEN = 2, {often}
from dataclasses import dataclass
@dataclass(frozen=True)
class Task:
    tensors: tuple
    loss: object
    schedule: object
course = progress.Course()
schedule = SimpleNamespace(epochs=8)
task = course.watched(lambda: Task(([0] * 4,), lambda model, batch: 0.5, schedule))()
model = SimpleNamespace(training=True)
if {resumed}:
    course.report("going on after epoch 5 and 2 samples of the next, from a checkpoint")
for epoch in range(6 if {resumed} else 1, 9):
    for first in range(2 if {resumed} and epoch == 6 else 0, 4, 2):
        time.sleep(0.05)
        assert task.loss(model, [[0, 0]]) == 0.5
    course.report(f"epoch {{epoch}}/8  rate 1.0e-03  train 1.0e-02  validation 2.0e-02")
course.close()
"""
RATE = r"\[\d\d:\d\d<\d\d:\d\d, +[\d.]+(?:/s|s/)\]"
TIMES = r"\[\d\d:\d\d<\d\d:\d\d, [\d.]+ s an epoch\]"


def in_a_log(code: str) -> list[str]:
    """What a program says into a pipe."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stderr.splitlines()


def on_a_terminal(code: str) -> str:
    """What a program says to a pseudo terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    run = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, stdout=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            if not (more := os.read(ours, 4096)):
                break
        except OSError:  # Linux: the other end is closed
            break
        said += more
    os.close(ours)
    assert run.wait(timeout=120) == 0, said
    return said.decode()


def test_samples_in_a_log_have_rate_and_time_left_in_whole_lines():
    lines = [line for line in in_a_log(SIMULATE) if line]
    assert len(lines) < 20  # of forty steps
    assert re.fullmatch(rf"chain/train samples: 40/40 {RATE}", lines[-1])
    assert not any("\r" in line for line in lines)


def test_samples_on_a_terminal_are_a_bar_that_is_drawn_again():
    said = on_a_terminal(SIMULATE)
    assert said.count("\r") > 2
    assert re.search(f"40/40 {RATE}", said)


def test_the_first_epochs_and_the_last_are_said_in_a_log_and_few_between():
    lines = in_a_log(TRAIN.format(often=1e3, resumed=False))
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/8", "epoch 2/8", "epoch 8/8"]
    assert all(re.search(TIMES + "$", line) for line in lines)


def test_a_long_epoch_is_told_of_while_it_lasts():
    lines = in_a_log(TRAIN.format(often=0.01, resumed=False))
    assert re.match(rf"epoch 0\.50/8  {TIMES}", lines[0])
    assert any(line.startswith("epoch 1/8  rate") for line in lines)


def test_time_left_of_a_resumed_training_counts_what_was_done_since():
    first, *rest = in_a_log(TRAIN.format(often=0.01, resumed=True))
    assert first.startswith("going on after epoch 5 and 2 samples")
    each = [float(re.search(r"([\d.]+) s an epoch", line)[1]) for line in rest]
    assert min(each) > 0.08  # not divided by the five that were there


def test_a_training_on_a_terminal_is_a_bar_with_epoch_and_time_left():
    said = on_a_terminal(TRAIN.format(often=10, resumed=True))
    assert "going on after epoch 5" in said
    assert re.search(rf"epoch 8\.00/8 .*{TIMES}", said)
    assert "epoch 7/8  rate" not in said


@pytest.mark.parametrize("gone", [0, 100, 1e5])
def test_lines_of_a_log_come_ever_more_seldom(gone):
    from gapworks.cli.progress import OFTEN, _pause

    assert _pause(gone) >= OFTEN
    assert _pause(gone) >= gone / 100
