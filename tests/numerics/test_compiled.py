"""Compiled code on disk belongs to the sources it was made from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gapworks.chain

SOLVE = """
import numpy as np
from gapworks.chain import solve
print(solve(np.random.default_rng(1).uniform(-0.5, 0.5, (2, 64))).delta.tobytes().hex())
"""
MIX_FIRST = """
import numpy as np
from gapworks.chain.physics.anderson import mix, remember
mix(np.zeros(129), np.ones(129), 0.5, remember(6, 129))
"""
SCRIPT = """
import numpy as np
from gapworks.chain.physics.anderson import mix, remember
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
    package, copy = Path(gapworks.chain.__file__).parents[1], tmp_path / "gapworks"
    copy.mkdir()
    for name in ("__init__.py", "faces.py"):
        shutil.copy(package / name, copy)
    for room in ("numerics", "chain"):
        shutil.copytree(package / room, copy / room, ignore=shutil.ignore_patterns("*.nb?"))
    assert _run(tmp_path) == (1.0, 0)
    assert _run(tmp_path) == (1.0, 1)
    for other in ("numerics/simd.py", "numerics/anderson.py", "chain/physics/zolotarev.py"):
        (copy / other).write_text((copy / other).read_text() + "\n# edited\n")
        assert _run(tmp_path) == (1.0, 0), other


def test_a_process_that_compiles_gives_the_bits_of_one_that_does_not(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}

    def bits(script):
        run = [sys.executable, "-c", script]
        return subprocess.run(
            run, env=environment, capture_output=True, text=True, check=True
        ).stdout

    compiling, loading, after_another = bits(SOLVE), bits(SOLVE), bits(MIX_FIRST + SOLVE)
    assert compiling == loading == after_another != ""


TOY = """
import sys
from pathlib import Path
from gapworks.numerics.compiled import entry_points
@entry_points([Path(__file__)])
def double(x):
    return 2 * x
@entry_points([Path(__file__)])
def third(x):
    return x / 3
values = double(1.5), double(2), third(1.5)
hits = sum(one.stats.cache_hits.total() for one in (double, third))
print(*values, hits)
"""


@pytest.fixture
def toy(tmp_path):
    """Runs two small compiled functions with their code kept in a folder: what is printed."""
    script = tmp_path / "toy.py"
    script.write_text(TOY)

    def run(cache):
        environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
        done = subprocess.run(
            [sys.executable, script], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        *values, hits = done.stdout.split()
        assert values == ["3.0", "4", "0.5"]
        return int(hits), done.stderr

    return run


def test_a_full_cache_folder_ends_no_computation_and_is_named_once(small_disk, toy):
    (small_disk / "ballast").write_bytes(bytes(40_000))
    hits, said = toy(small_disk)
    assert hits == 0
    assert len(said.splitlines()) == 1
    assert f"gapworks: compiled code: {small_disk}/" in said
    assert "No space left on device (ENOSPC); going on without" in said


def test_no_place_for_a_cache_ends_no_computation_and_is_said_once(toy, tmp_path, monkeypatch):
    # Whoever is root may write everywhere, but not into what is no folder.
    (tmp_path / "file").touch()
    (tmp_path / "__pycache__").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    hits, said = toy(tmp_path / "file")
    assert hits == 0
    assert len(said.splitlines()) == 1
    assert "there is no place to keep it" in said


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped", "swapped"])
def test_damaged_compiled_code_is_compiled_anew_and_never_run(toy, tmp_path, damage):
    folder = tmp_path / "cache"
    assert toy(folder) == (0, "")
    assert toy(folder) == (3, "")
    kept = sorted(folder.rglob("*.nb?"))
    assert {path.suffix for path in kept} == {".nbi", ".nbc"}

    def cut(content):
        return content[: len(content) // 2]

    def emptied(content):
        return b""

    def flipped(content):
        places = np.random.default_rng(1).integers(len(content), size=20)
        altered = bytearray(content)
        for place in places:
            altered[place] ^= 1 << int(place % 8)
        return bytes(altered)

    if damage == "swapped":
        codes = [path for path in kept if path.suffix == ".nbc"]
        contents = [path.read_bytes() for path in codes]
        for path, content in zip(codes, contents[1:] + contents[:1], strict=True):
            path.write_bytes(content)
    else:
        for path in kept:
            path.write_bytes(locals()[damage](path.read_bytes()))
    assert toy(folder) == (0, "")
    assert toy(folder) == (3, "")
