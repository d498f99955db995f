"""Work shared by real MPI ranks: the same bits in any world, and nobody left behind."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gapworks.factory.ranks import World
from gapworks.factory.reading import read, verify
from tests.conftest import ROOT
from tests.support.config import plan
from tests.workflow.conftest import wait_until

MPIEXEC = Path(sys.executable).parent / "mpiexec"
needs_mpi = pytest.mark.skipif(not MPIEXEC.exists(), reason="set up with MPI=site: no MPI here")


WORLD = [sys.executable, "-m", "tests.support.world"]


def command(ranks, *arguments):
    return [MPIEXEC, "-n", str(ranks), *WORLD, *arguments]


def environment(expected):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PMI_", "MPI_", "OMPI_"))}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return kept if expected is None else kept | {"RANKS": str(expected)}


def run(ranks, *arguments, expected=None):
    return _run(command(ranks, *map(str, arguments)), environment(expected))


def run_alone(environment, *arguments):
    """One process that no launcher started."""
    return _run([*WORLD, *map(str, arguments)], environment)


def _run(words, environment):
    return subprocess.run(
        words,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".began")


def test_a_process_alone_needs_no_mpi():
    alone = (
        "import sys\n"
        "from gapworks.factory.ranks import world\n"
        "with world() as ranks:\n"
        "    assert (ranks.rank, ranks.size) == (0, 1)\n"
        "    assert list(ranks.in_order(3, lambda i: i * i)) == [0, 1, 4]\n"
        "assert not [name for name in sys.modules if name.startswith('mpi4py')]\n"
    )
    subprocess.run([sys.executable, "-c", alone], env=environment(None), check=True, timeout=60)


@pytest.mark.parametrize("size", range(1, 13))
def test_every_rank_gets_as_many_samples_of_each_class(size):
    ranks = World()
    ranks.size = size
    count = {}
    for task in range(5 * size * size):
        pair = task % 5, ranks.owner(task)
        count[pair] = count.get(pair, 0) + 1
    assert len(count) == 5 * size
    assert set(count.values()) == {size}


@needs_mpi
def test_a_sum_in_order_has_the_same_bits_on_any_number_of_ranks():
    totals = []
    for size in (1, 2, 3, 5):
        ran = run(size, "sums", expected=size)
        assert ran.returncode == 0, ran.stderr
        said = sorted(
            (json.loads(line) for line in ran.stdout.splitlines()), key=lambda s: s["rank"]
        )
        assert [one["rank"] for one in said] == list(range(size))
        assert {one["size"] for one in said} == {size}
        assert {one["root"] for one in said} == {7}  # what rank 0 made, on all
        assert sum(one["done"] for one in said) == 40 + 23 + 1  # every part once
        assert max(one["done"] for one in said) <= 64 // size + 3
        totals.append(said[0]["totals"])
    assert all(one == totals[0] for one in totals)
    assert totals[0][0] != totals[0][1]


@needs_mpi
def test_a_shard_is_the_same_on_any_number_of_ranks(tmp_path):
    checksums = []
    for size in (1, 2, 3, 15):  # 12 blocks: three ranks stay idle
        path = tmp_path / str(size) / "0-48.h5"
        ran = run(size, "shard", path, expected=size)
        assert ran.returncode == 0, ran.stderr
        checksums.append(verify(path).checksums)
        assert leftovers(path.parent) == ["0-48.h5"]
    assert all(one == checksums[0] for one in checksums)
    assert read(path, ["square"])["square"][47, 0] == 47**2


@needs_mpi
@pytest.mark.parametrize("rank", [0, 1, 2])
@pytest.mark.parametrize(
    ("fault", "said"),
    [("error", "the moon is in the way"), ("bug", "ZeroDivisionError: a bug")],
)
def test_a_rank_that_fails_ends_all_and_leaves_nothing(tmp_path, rank, fault, said):
    ran = run(3, "shard", tmp_path / "0-48.h5", fault, rank)
    assert ran.returncode != 0
    assert said in ran.stderr
    assert f"rank {rank} of 3" in ran.stderr or rank == 0
    assert ("Traceback" in ran.stderr) == (fault == "bug")
    assert leftovers(tmp_path) == []


@needs_mpi
@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_is_killed_ends_all_and_leaves_no_shard(tmp_path, rank):
    ran = run(2, "shard", tmp_path / "0-48.h5", "killed", rank)
    assert ran.returncode != 0
    assert not (tmp_path / "0-48.h5").exists()
    # What the killed writer left is removed by the next one.
    assert run(2, "shard", tmp_path / "0-48.h5").returncode == 0
    assert leftovers(tmp_path) == ["0-48.h5"]


@needs_mpi
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_launcher_ends_all_ranks_and_leaves_no_shard(tmp_path, number):
    output = tmp_path / "0-48.h5"
    process = subprocess.Popen(
        command(2, "shard", output, "endless"),
        cwd=ROOT,
        env=environment(None),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(Path(f"{output}.began").exists, "the ranks began")
    process.send_signal(number)
    assert process.wait(timeout=30) != 0
    assert not output.exists()
    wait_until(lambda: not running(output), "all ranks end", 20)


def of_two(tmp_path, first, second):
    """Two ranks, each a line of shell; `$SIMULATE` is the command that both should run."""
    settings = plan("qpi").simulation("fidelity").canonical_json()
    output = tmp_path / "0-5.h5"
    simulate = [MPIEXEC.with_name("gapworks"), "simulate", "qpi", "--ranks", "2", "--settings"]
    simulate += [settings, "--start", "0", "--stop", "5", "--output", output]
    script = f'if [ "$PMI_RANK" = 0 ]; then {first}; else {second}; fi'
    return subprocess.Popen(
        [MPIEXEC, "-n", "2", "sh", "-c", script],
        env=environment(None) | {"SIMULATE": shlex.join(map(str, simulate))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@needs_mpi
@pytest.mark.parametrize("rank", [0, 1])
def test_a_rank_that_ends_before_it_has_joined_ends_the_others(tmp_path, rank):
    lines = ['eval "exec $SIMULATE"'] * 2
    lines[rank] = 'eval "exec $SIMULATE --settings {}"'
    said, _ = of_two(tmp_path, *lines).communicate(timeout=60)
    assert "gapworks: settings: " in said
    assert not list(tmp_path.iterdir())


@needs_mpi
def test_a_rank_that_waits_for_others_hears_a_signal(tmp_path):
    pid = tmp_path / "pid"
    waiting = f'echo $$ > {pid}; eval "exec $SIMULATE"'
    launched = of_two(tmp_path, waiting, "exec sleep 600")
    wait_until(lambda: pid.exists() and pid.read_text().strip(), "a rank has begun")
    rank = psutil.Process(int(pid.read_text()))
    wait_until(lambda: any("mpich_shm" in f.path for f in rank.memory_maps()), "it waits for MPI")
    rank.terminate()
    launched.communicate(timeout=60)
    assert launched.returncode != 0


def running(output):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(output).encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


@needs_mpi
@pytest.mark.parametrize(("ranks", "expected"), [(2, 3), (3, 1), (1, 4)])
def test_a_world_of_the_wrong_size_names_both_sizes(tmp_path, ranks, expected):
    ran = run(ranks, "shard", tmp_path / "0-48.h5", expected=expected)
    assert ran.returncode != 0
    assert f"{ranks} rank" in ran.stderr
    assert f"not {expected}" in ran.stderr
    assert leftovers(tmp_path) == []


@needs_mpi
def test_a_launcher_of_another_mpi_is_found_out(tmp_path):
    """It starts two worlds of one rank each, and says in its own way that there are two."""
    foreign = environment(None) | {"OMPI_COMM_WORLD_SIZE": "2"}
    ran = run_alone(foreign, "shard", tmp_path / "0-48.h5")
    assert ran.returncode != 0
    assert "the MPI world has 1 rank, not 2" in ran.stderr
    assert leftovers(tmp_path) == []


def test_without_mpi_the_message_says_how_to_get_it(tmp_path):
    (tmp_path / "mpi4py").mkdir()
    (tmp_path / "mpi4py/__init__.py").write_text("raise ImportError('no MPI here')\n")
    kept = environment(2)
    kept["PYTHONPATH"] = os.pathsep.join([str(tmp_path), kept["PYTHONPATH"]])
    ran = run_alone(kept, "sums")
    assert ran.returncode != 0
    assert "make setup" in ran.stderr
    assert "no MPI here" in ran.stderr
