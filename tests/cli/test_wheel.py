"""What `pip install` of the built wheel gives: all that commands read, and no tests."""

import email
import os
import subprocess
import sys
import zipfile
from importlib import metadata

import pytest

from tests.conftest import ROOT, copy_checkout

BACKEND = 77
"""setuptools that builds it, as pyproject.toml says."""
BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
OF_EXTRAS = {"snakemake", "psutil", "mpi4py", "mpich", "marimo", "onnx", "sphinx", "pytest"}
HELP = """
import argparse, sys
from gapworks.cli import _parser, main
def each(parser, words):
    yield words
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield from each(one, [*words, name])
for words in each(_parser(), []):
    try:
        main([*words, "--help"])
    except SystemExit as end:
        assert end.code == 0, words
import gapworks
print(gapworks.__file__)
"""


def has_backend():
    """Whether a wheel can be built here, without a network."""
    try:
        return int(metadata.version("setuptools").partition(".")[0]) >= BACKEND
    except metadata.PackageNotFoundError:
        return False


pytestmark = pytest.mark.skipif(not has_backend(), reason=f"no setuptools from {BACKEND} on")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of a fresh clone: what an older build left would get into it."""
    clone, place = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("wheel")
    copy_checkout(clone)
    subprocess.run([sys.executable, "-c", BUILD, str(place)], cwd=clone, check=True, timeout=300)
    (made,) = place.glob("gapworks-*.whl")
    return made


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src/gapworks"]
    ran = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    wanted = {name.removeprefix("src/") for name in ran.stdout.split() if (ROOT / name).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert "gapworks/py.typed" in held


def test_the_wheel_asks_for_no_package_of_an_extra(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        said = email.message_from_bytes(archive.read(place))
    always = {one for one in said.get_all("Requires-Dist") if "extra ==" not in one}
    assert always and not {one for one in always for name in OF_EXTRAS if one.startswith(name)}
    wanted = {"workflow", "cluster", "mpi", "stm", "docs", "export", "app", "dev"}
    assert set(said.get_all("Provides-Extra")) == wanted


def test_every_command_of_the_wheel_explains_itself(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    ran = subprocess.run(
        [sys.executable, "-c", HELP],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(str(tmp_path))
