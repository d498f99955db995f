"""Compiled code on disk belongs to the sources it was made from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import gapworks.chain

SOLVE = """
import numpy as np
from gapworks.chain import solve
print(solve(np.random.default_rng(1).uniform(-0.5, 0.5, (2, 64))).delta.tobytes().hex())
"""
MIX_FIRST = """
import numpy as np
from gapworks.chain.anderson import mix, remember
mix(np.zeros(129), np.ones(129), 0.5, remember(6, 129))
"""
SCRIPT = """
import numpy as np
from gapworks.chain.anderson import mix, remember
x = np.zeros(2)
mix(x, np.ones(2), 1.0, remember(3, 2))
print(x[0], len(mix.stats.cache_hits))
"""


def _run(folder):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "cache"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    value, hits = done.stdout.split()
    return float(value), int(hits)


def test_edit_of_another_kernel_file_is_not_served_from_the_cache(tmp_path):
    package = Path(gapworks.chain.__file__).parents[1]
    (tmp_path / "gapworks").mkdir()
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(package / name, tmp_path / "gapworks")
    shutil.copytree(
        package / "chain", tmp_path / "gapworks" / "chain", ignore=shutil.ignore_patterns("*.nb?")
    )
    assert _run(tmp_path) == (1.0, 0)
    assert _run(tmp_path) == (1.0, 1)
    other = tmp_path / "gapworks" / "chain" / "lanes.py"
    other.write_text(other.read_text() + "\n# edited\n")
    assert _run(tmp_path) == (1.0, 0)


def test_a_process_that_compiles_gives_the_bits_of_one_that_does_not(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}

    def bits(script):
        run = [sys.executable, "-c", script]
        return subprocess.run(
            run, env=environment, capture_output=True, text=True, check=True
        ).stdout

    compiling, loading, after_another = bits(SOLVE), bits(SOLVE), bits(MIX_FIRST + SOLVE)
    assert compiling == loading == after_another != ""
