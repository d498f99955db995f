"""File systems without locks, and those that do not do as they are told: nothing is misjudged."""

import errno
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ERRORS = (
    *("ENOLCK", "EAGAIN", "EACCES", "EIO", "ESTALE", "ENOSPC", "EDQUOT", "EROFS", "EMFILE"),
    *("ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "EPERM", "ENOSYS", "ETIMEDOUT", "EREMOTEIO"),
)
MEETINGS = """
import json, os, sys
from pathlib import Path
import numpy as np
import torch
from gapworks import reproduction
from gapworks.products import metric_file
from gapworks.factory.container import Writer
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import read_evaluation
from gapworks.factory.gather import gather
from gapworks.factory.reading import read, verify
from gapworks.factory.shards import simulate_shard
from gapworks.learning.checkpoint import load_checkpoint
from gapworks.learning.package import load_package
from gapworks.readers.array import read_array
from gapworks.readers.text import read_lines
from tests.support import toy
from tests.support.products import claims, make

folder = Path(sys.argv[1])
paths = make(folder)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())
readers = {
    "shard": [verify, read],
    "evaluation": [lambda path: read_evaluation(path, "chain")],
    "network": [lambda path: load_package(path, "chain")],
    "card": [lambda path: load_package(path.with_suffix(".safetensors"), "chain")],
    "checkpoint": [lambda path: load_checkpoint(path, "key", model, optimizer)],
    "metrics": [metric_file.read_numbers],
    "claims": [reproduction.read_claims],
    "text": [read_lines],
    "array": [lambda path: read_array(path, "V")],
}
paths |= {"text": folder / "gap.csv", "array": folder / "V.npy"}
paths["text"].write_text("0,1\\n")
np.save(paths["array"], np.arange(4.0))
paths["claims"] = claims(folder)
paths["data"] = folder / "all.h5"
readers["data"] = [verify]
gather(toy, toy.Settings(), folder, 8, 8, paths["data"])
writers = [
    lambda path: simulate_shard(toy, toy.Settings(), 0, 8, path, threads=1),
    lambda path: write_whole(path, b"whole"),
]
said = []
def meet(call, number, path, do):
    os.environ.update(UNRULY_CALL=call, UNRULY_NAME=path.name, UNRULY_ERRNO=str(number))
    try:
        do(path)
        what = "fine"
    except DataError as error:
        what = f"{type(error).__name__} {error}"
    os.environ["UNRULY_CALL"] = "none"
    said.append([call, number, path.name, what])
for number in map(int, sys.argv[2:]):
    for kind, path in paths.items():
        for do in readers[kind]:
            for call in ("lock", "open", "read"):
                meet(call, number, path, do)
    meet("read", number, paths["shard"], lambda path: gather(
        toy, toy.Settings(), folder, 8, 8, folder / "again.h5"))
    for do in writers:
        for call in ("lock", "open", "write", "sync"):
            path = folder / "place" / "new.h5"
            meet(call, number, path, do)
            if path.exists():
                path.unlink()
            assert not os.listdir(path.parent), os.listdir(path.parent)
json.dump(said, sys.stdout)
"""


@pytest.fixture(scope="module")
def unruly(tmp_path_factory):
    """The environment of a process that meets such a file system."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    library = tmp_path_factory.mktemp("unruly") / "unruly.so"
    source = ROOT / "tests/unruly.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return os.environ | {"LD_PRELOAD": str(library)}


@pytest.fixture(scope="module")
def met(unruly, tmp_path_factory):
    """What every reader and writer said, for each kind of error at each call."""
    numbers = [str(getattr(errno, name)) for name in ERRORS]
    run = [sys.executable, "-c", MEETINGS, str(tmp_path_factory.mktemp("met")), *numbers]
    ran = subprocess.run(run, cwd=ROOT, env=unruly, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_files_are_read_and_written_where_there_are_no_locks(met):
    without = [what for call, _, _, what in met if call == "lock"]
    assert len(without) > len(ERRORS)
    assert set(without) == {"fine"}


def test_what_could_not_be_read_or_written_is_said_to_be_so_with_its_code(met):
    hindered = [one for one in met if one[0] != "lock" and one[3] != "fine"]
    # Some file systems cannot sync: that is no error. All else is.
    assert {call for call, *_, what in met if call != "lock" and what == "fine"} <= {"sync"}
    for call, number, name, what in hindered:
        kind, said = what.split(" ", 1)
        assert kind in ("DiskError", "ReadError")
        assert f"({errno.errorcode[number]})" in said, (call, name, said)
        assert name in said
        doing = "read" if call == "read" or name != "new.h5" and call == "open" else "written"
        assert f"cannot be {doing}: " in said or "could not be read" in said


def test_nothing_is_called_damaged_and_nothing_is_to_be_deleted_that_was_not_read(met):
    for *_, what in met:
        for word in ("truncated", "damaged", "altered", "rm ", "delete", "no card", "no metric"):
            assert word not in what


def test_gather_keeps_apart_what_is_damaged_and_what_could_not_be_read(unruly, tmp_path):
    script = """
import os, sys
from pathlib import Path
from gapworks.factory.errors import DataError
from gapworks.factory.gather import gather
from gapworks.factory.reading import read, verify
from gapworks.factory.shards import simulate_shard
from tests.support import toy
folder = Path(sys.argv[1])
for start in (0, 10, 20):
    simulate_shard(toy, toy.Settings(), start, start + 10, folder / f"{start}-{start + 10}.h5", 1)
os.truncate(folder / "20-30.h5", 3000)
os.environ.update(UNRULY_CALL="read", UNRULY_NAME="10-20.h5", UNRULY_ERRNO=sys.argv[2])
try:
    gather(toy, toy.Settings(), folder, 30, 10, folder / "all.h5")
except DataError as error:
    print(error)
"""
    run = [sys.executable, "-c", script, str(tmp_path), str(errno.EIO)]
    ran = subprocess.run(run, cwd=ROOT, env=unruly, capture_output=True, text=True, check=True)
    assert f"{tmp_path}/10-20.h5: cannot be read: Input/output error (EIO)" in ran.stdout
    assert "1 of 3 shards could not be read, which says nothing against them" in ran.stdout
    assert "20-30.h5: is truncated" in ran.stdout
    (advice,) = (line for line in ran.stdout.splitlines() if "rm -f" in line)
    assert "20-30.h5" in advice
    assert "10-20.h5" not in advice
    assert not (tmp_path / "all.h5").exists()
