"""One writer for all: whole or as before, and what was killed leaves nothing for ever."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from gapworks.factory.disk import replacing, write_whole
from gapworks.factory.errors import DiskError
from tests.conftest import ROOT

WRITERS = {
    "figure": (
        ("fig3.pdf", "fig3.png"),
        "from gapworks.plotting.style import house_style, plt, save\n"
        "with house_style():\n"
        "    figure = plt.figure()\n"
        "    figure.gca().plot([0, 1])\n"
        "    save(figure, paths)",
    ),
    "table": (
        ("table1.csv", "table1.tex"),
        "import pandas\n"
        "from gapworks.plotting.table import save\n"
        "save(pandas.DataFrame({'a': [1.5]}), paths)",
    ),
    "metrics": (
        ("metrics.json",),
        "from gapworks.factory.disk import write_whole\nwrite_whole(paths[0], b'{}')",
    ),
    "evaluation": (
        ("test-bdg.h5",),
        "from tests.factory.test_container import write\nwrite(paths[0])",
    ),
    "network": (
        ("net.json", "net.safetensors"),
        "from gapworks.learning.package import save_package\n"
        "save_package(paths[1], {}, {'study': 'chain'})",
    ),
}
"""What is written, and how."""


def start(kind, folder, before=""):
    names, script = WRITERS[kind]
    paths = f"from pathlib import Path\npaths = [Path({str(folder)!r}) / n for n in {names!r}]\n"
    return subprocess.Popen(
        [sys.executable, "-c", before + paths + script], cwd=ROOT, stdout=subprocess.PIPE
    )


HANGS = """
import os, time
renamed = []
def replace(*paths, whole=os.replace):
    renamed.append(paths)
    if len(renamed) == {number}:
        print("there", flush=True)
        time.sleep(600)
    return whole(*paths)
os.replace = replace
"""
"""Stops before a file is renamed into its place."""


@contextlib.contextmanager
def before_the_rename(kind, folder, number=1, more=""):
    """A writer that has written its file of this number and has not renamed it."""
    with start(kind, folder, HANGS.format(number=number) + more) as process:
        assert process.stdout.readline() == b"there\n"
        assert any(name.endswith(".tmp") for name in os.listdir(folder))
        yield process


@pytest.mark.parametrize("kind", WRITERS)
def test_a_killed_writer_leaves_nothing_once_the_same_is_written_again(tmp_path, kind):
    names, _ = WRITERS[kind]
    with before_the_rename(kind, tmp_path, len(names)) as process:
        process.kill()
    with start(kind, tmp_path) as process:
        assert process.wait(60) == 0
    assert sorted(os.listdir(tmp_path)) == sorted(names)


def test_a_write_of_any_file_removes_what_was_killed_in_the_folder(tmp_path):
    with before_the_rename("metrics", tmp_path) as process:
        write_whole(tmp_path / "a.json", b"{}")
        assert any(name.endswith(".tmp") for name in os.listdir(tmp_path)), "it is alive"
        process.kill()
    write_whole(tmp_path / "b.json", b"{}")
    assert sorted(os.listdir(tmp_path)) == ["a.json", "b.json"]


def test_a_process_removes_what_one_of_the_same_number_left_but_not_its_own(tmp_path):
    # In containers every first process has the number 1.
    left = tmp_path / f".c.json.{os.uname().nodename}-{os.getpid()}.tmp"
    left.touch()
    with replacing(tmp_path / "a.json") as part:
        part.write_text("half")
        write_whole(tmp_path / "b.json", b"{}")
        assert part.exists()
        assert not left.exists()
    assert sorted(os.listdir(tmp_path)) == ["a.json", "b.json"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_writer_that_is_told_to_end_leaves_nothing(tmp_path, number):
    catch = (
        "import signal\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        f"signal.signal({int(number)}, stop)\n"
    )
    with before_the_rename("metrics", tmp_path, more=catch) as process:
        process.send_signal(number)
    assert process.returncode != 0
    assert not os.listdir(tmp_path)


def test_a_write_that_fails_keeps_what_was_there(tmp_path):
    write_whole(tmp_path / "a.json", b"before")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a.json") as part:
        part.write_text("half")
        raise ZeroDivisionError
    long = tmp_path / ("n" * 250)
    with pytest.raises(DiskError, match="cannot be written: File name too long .ENAMETOOLONG"):
        write_whole(long, b"")
    assert (tmp_path / "a.json").read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.json"]
