"""Whatever happens to a finished or a running run: the same files, or a refusal that names one.

A few rounds here; `GAPWORKS_FAULT_ROUNDS=200 pytest -s tests/workflow/test_random_faults.py` draws
from all studies and kinds of products (an hour or two), `GAPWORKS_FAULT_SEED` others.
"""

import os

from tests.support.random_faults import LONG, MADE_BY, SHORT, World

ROUNDS = int(os.environ.get("GAPWORKS_FAULT_ROUNDS", "8"))
SEED = int(os.environ.get("GAPWORKS_FAULT_SEED", "1"))
ALL_ROUNDS = 200
"""From so many on every command has to have been killed."""


def test_the_same_files_or_a_named_refusal_after_any_fault(shared_checkout, capsys):
    world = World(shared_checkout, SHORT if ROUNDS < ALL_ROUNDS // 4 else LONG)
    failed = []
    for seed in range(SEED * 1000, SEED * 1000 + ROUNDS):
        try:
            said = world.round(seed)
        except AssertionError as error:
            failed.append(said := str(error))
            world.restore()
        with capsys.disabled():
            if ROUNDS >= ALL_ROUNDS // 4:
                print(said, flush=True)
    with capsys.disabled():
        print(f"\n{ROUNDS} rounds: {dict(world.outcomes)}; killed: {dict(world.killed)}")
    assert not failed, "\n\n".join(failed)
    assert sum(world.outcomes.values()) == ROUNDS
    if ROUNDS >= ALL_ROUNDS:
        commands = {*MADE_BY.values(), "metrics", "claims", "run", "ranks"}
        assert all(world.killed[command] >= 5 for command in commands), world.killed
