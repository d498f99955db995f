"""Options and fixtures of all tests."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import NETWORKS, gapworks, make_data, train_arguments

ROOT = Path(__file__).parents[1]
WHOLE_RUNS = "tests/workflow/"
"""Where tests of the whole workflow are."""
LONGEST = ("test_faults.py", "test_targets.py", "test_random_faults.py", "test_resume.py")
"""Those of them that take longest."""


def copy_checkout(folder):
    """Copy the tracked files, and those about to be, of this checkout: what a clone would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        source, place = ROOT / name, folder / name
        if source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who tests what, with several workers: a file, whose tests share what they make, is one's."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)


def pytest_collection_modifyitems(items):
    """What takes longest comes first: files of whole runs, in this order."""

    def turn(item):
        name = item.nodeid.partition("::")[0].removeprefix(WHOLE_RUNS)
        if not item.nodeid.startswith(WHOLE_RUNS):
            return len(LONGEST) + 1
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=turn)


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew; refused while numbers moved under the same version",
    )


@pytest.fixture
def golden(request):
    """Compare numbers with a golden file, or write it with --update-golden."""

    def compare(name, version, now, equal):
        path = ROOT / "tests" / "golden" / f"{name}.json"
        kept = json.loads(path.read_text()) if path.exists() else None
        same = kept is not None and equal(kept["numbers"], now)
        if not same and kept is not None and kept["version"] == version:
            pytest.fail(f"numbers moved under the same version {version}: raise it first")
        if request.config.getoption("--update-golden"):
            path.write_text(json.dumps({"version": version, "numbers": now}, indent=1) + "\n")
            return
        assert kept is not None, f"{path} is missing: pytest --update-golden"
        assert kept["version"] == version, "the version was raised: pytest --update-golden"
        assert same

    return compare


@pytest.fixture(autouse=True)
def figures_are_closed():
    """What a test drew is closed after it: pyplot keeps, and counts, every figure."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def chain_data(tmp_path_factory):
    """A folder with training, validation and test data."""
    folder = tmp_path_factory.mktemp("data")
    make_data(folder, "train", 16, stream=1)
    make_data(folder, "validation", 4, stream=2)
    make_data(folder, "test", 8, stream=3)
    return folder


@pytest.fixture(scope="session")
def networks(chain_data, tmp_path_factory):
    """Each network, trained without a break."""
    folder = tmp_path_factory.mktemp("undisturbed")
    for kind in NETWORKS:
        ran = gapworks(*train_arguments(chain_data, folder / f"{kind}.safetensors", kind))
        assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture
def place(tmp_path):
    """An empty folder for what must not be written."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def mount_small():
    """Mounts a small file system on a folder, where that is allowed; taken down after the test."""
    mounted = []

    def mount(folder, options):
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("needs the right to mount a small file system (root)")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def small_disk(mount_small, tmp_path):
    """A file system of 64 kB."""
    return mount_small(tmp_path / "disk", "size=64k")
