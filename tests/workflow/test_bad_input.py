"""Wrong configurations stop before any job; bad files are named, with the way out."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workflow.conftest import BIN, merge

SLURMS = {"sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun", "sacct", "sacctmgr"}
# What is wrong together in one config.yaml, and a line of the error for every piece of it.
WRONG = {
    "base": (
        {
            "chian": {},
            "seed": "today",
            "chain": {
                "physics": {
                    "couplng": 1.5,
                    "coupling": float("nan"),
                    "filling": 2,
                    "length": 2,
                    "disorder_strengths": [-0.25, 0, 0.25],
                },
                "solver": None,
            },
            "scales": {"mine": None},
        },
        [
            r"chian: unknown key",
            r"seed: .*not 'today'",
            r"chain\.physics\.couplng: unknown key \(did you mean coupling\?\)",
            r"chain\.physics\.coupling: .*not nan",
            r"chain\.physics\.filling: .*not 2",
            r"chain\.physics\.length: .*not 2",
            r"chain\.physics\.disorder_strengths\.0: .*not -0\.25",
            r"chain\.solver: ",
            r"scales\.mine: ",
        ],
    ),
    "scales": (
        {
            "scale": "labtop",
            "scales": {
                "laptop": {
                    "chian": {"shard_size": 3},
                    "chain": {"datasets": {"train": {"realisations": 3}}},
                },
                "paper": {"chain": {"physics": {"filling": 2}}},
                "clash": {"chain": {"physics": {"length": 16}}},
                "leak": {"chain": {"datasets": {"test": {"stream": 1}}}},
            },
        },
        [
            r"scale: 'labtop'.*laptop",
            r"scales\.laptop\.chian: unknown key",
            r"scales\.laptop\.chain\.datasets\.train\.realisations: unknown key.*realizations",
            r"scales\.paper\.chain\.physics\.filling: .*not 2",
            r"scales\.clash\.chain: .*correlation_distance",
            r"scales\.leak\.chain\.datasets: .*different streams",
        ],
    ),
}


@pytest.mark.parametrize("where", WRONG)
def test_a_wrong_configuration_stops_before_any_job(shared_checkout, where):
    wrong, lines = WRONG[where]
    path = shared_checkout.folder / "config.yaml"
    right = path.read_text()
    try:
        with shared_checkout.config() as config:
            changed = merge(config, wrong)
            config.clear()
            config.update(changed)
        ran = shared_checkout.snakemake("-c2", "results/tiny/chain/figures/fig3.pdf")
    finally:
        path.write_text(right)
    assert ran.returncode != 0
    for line in lines:
        assert re.search(rf"^{line}", ran.output, re.MULTILINE), f"{line}\n{ran.output}"
    assert "Traceback (most recent call last)" not in ran.output
    assert not ran.jobs
    assert not shared_checkout.made("logs")


def test_a_wrong_value_on_the_command_line_stops_before_any_job(shared_checkout):
    ran = shared_checkout.snakemake(
        *("-c2", "chain", "--config"),
        'chain={"physics": {"filling": 2, "length": 2}, "shard_size": 0}',
    )
    assert ran.returncode != 0
    for key in ("chain.physics.filling", "chain.physics.length", "chain.shard_size"):
        assert re.search(rf"^{re.escape(key)}: ", ran.output, re.MULTILINE), ran.output
    assert not ran.jobs


def test_a_setting_of_a_rule_that_there_is_not_stops_before_any_job(shared_checkout):
    data = "results/tiny/chain/data/test.h5"
    ran = shared_checkout.snakemake("-c2", "--set-resources", "simulat:mem_mb=4000", "--", data)
    assert ran.returncode != 0
    wrong = "set-resources (of the profile, or given) names simulat, and there is no such rule"
    assert f"{wrong}: did you mean simulate?" in ran.output
    assert not shared_checkout.made("logs")


def test_the_slurm_profile_where_there_is_no_slurm_stops_before_any_job(checkout):
    programs = checkout.folder / "bin"
    programs.mkdir()
    for program in Path("/usr/bin").iterdir():
        if program.name not in SLURMS:
            (programs / program.name).symlink_to(program)
    checkout.environment["PATH"] = str(programs)
    ran = checkout.snakemake("--profile", "profiles/slurm", "results/tiny/chain/data/test.h5")
    assert ran.returncode != 0
    assert "there is no Slurm here: --profile slurm is for a machine from which" in ran.output
    assert ran.output.count("Traceback") == 0
    assert not checkout.made("logs")


def with_a_line_more(checkout, line):
    """A run with a line more in config.yaml, and what stood there."""
    path = checkout.folder / "config.yaml"
    right = path.read_text()
    try:
        path.write_text(f"{right}{line}\n")
        return checkout.snakemake("-c2", "chain"), right
    finally:
        path.write_text(right)


def test_yaml_that_cannot_be_read_stops_before_any_job(shared_checkout):
    ran, _ = with_a_line_more(shared_checkout, "\nscales: [")
    assert ran.returncode != 0
    assert "Config file is not valid JSON or YAML" in ran.output  # Snakemake's own words
    assert "Traceback (most recent call last)" not in ran.output
    assert not ran.jobs


def test_a_key_that_is_given_twice_stops_before_any_job(shared_checkout):
    # As a user edits by adding a line, below one that is there already.
    ran, right = with_a_line_more(shared_checkout, "seed: 1")
    (mine,) = (n for n, line in enumerate(right.splitlines(), 1) if line == "seed: 20251230")
    assert ran.returncode != 0
    last = len(right.splitlines()) + 1
    assert f"seed: given twice, in lines {mine} and {last}; delete one" in ran.output
    assert "Traceback (most recent call last)" not in ran.output
    assert not ran.jobs


@pytest.fixture(scope="module")
def gathered(shared_checkout):
    """A test set of four shards, gathered; and what `info` says of its arrays."""
    sizes = {"datasets": {"test": {"realizations": 2}}, "shard_size": 8}
    shared_checkout.add_scale("cut", {"chain": sizes})
    shared_checkout.make("results/cut/chain/data/test.h5")
    return shared_checkout


def spoil(gathered):
    """Damage two shards of four, and put two others in the place of the rest; how each is named."""
    shards = gathered.folder / "results/cut/chain/shards/test"
    cut, flipped, foreign, other_range = ("0-8", "8-16", "16-24", "24-32")
    os.truncate(shards / f"{cut}.h5", (shards / f"{cut}.h5").stat().st_size // 2)
    content = bytearray((shards / f"{flipped}.h5").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (shards / f"{flipped}.h5").write_bytes(content)
    gathered.add_scale("foreign", {"chain": {"physics": {"coupling": 1.25}, "shard_size": 8}})
    strangers = ["results/foreign/chain/shards/test/16-24.h5"]
    strangers += ["results/cut/chain/shards/test/32-40.h5"]
    gathered.make(*strangers)
    shutil.copy(gathered.folder / strangers[0], shards)
    shutil.copy(shards / "32-40.h5", shards / f"{other_range}.h5")
    return cut, flipped, foreign, other_range


def test_damaged_and_foreign_shards_are_named_and_made_again(gathered):
    before = gathered.checksums("results/cut/chain/data/test.h5")
    cut, flipped, foreign, other_range = spoil(gathered)
    ran = gathered.make("results/cut/chain/data/test.h5")
    folder = "results/cut/chain/shards/test"
    assert f"{folder}/{cut}.h5: is truncated" in ran.output
    assert f"{folder}/{flipped}.h5: was altered" in ran.output
    assert re.search(rf"{folder}/{foreign}\.h5: identity is '\w+', wanted '\w+'", ran.output)
    assert f"{folder}/{other_range}.h5: start is 32, wanted 24" in ran.output
    assert ran.jobs == {"simulate": 4, "gather": 1}
    assert gathered.checksums("results/cut/chain/data/test.h5") == before


def test_gather_by_hand_names_them_and_the_command_that_it_names_heals(gathered):
    data = gathered.folder / "results/cut/chain/data/test.h5"
    before = gathered.checksums("results/cut/chain/data/test.h5")
    printed = gathered.snakemake("-np", "--force", "results/cut/chain/data/test.h5").output
    (command,) = re.findall(r"exec gapworks gather .*(?= > logs)", printed)
    cut, flipped, foreign, other_range = spoil(gathered)
    data.unlink()

    def shell(line):
        # The user copies the line into a shell in which .venv is active.
        environment = gathered.environment | {"PATH": f"{BIN}:{gathered.environment['PATH']}"}
        return subprocess.run(
            ["bash", "-c", line],
            cwd=gathered.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    ran = shell(command)
    assert ran.returncode != 0
    folder = "results/cut/chain/shards/test"
    assert f"{folder}/{cut}.h5: is truncated" in ran.stderr
    assert f"{folder}/{flipped}.h5: was altered" in ran.stderr
    assert f"{folder}/{foreign}.h5: is foreign: physics.coupling is 1.25, wanted 1.5" in ran.stderr
    assert f"{folder}/{other_range}.h5: holds samples 32-40, not 24-32" in ran.stderr
    assert "4 of 4 shards cannot be gathered" in ran.stderr
    assert not data.exists()
    assert not gathered.unfinished()
    (heal,) = set(re.findall(r"rm -f \S+\.h5 .*&& .*snakemake .*", ran.stderr))
    healed = shell(heal)
    assert healed.returncode == 0, healed.stderr
    assert gathered.make("results/cut/chain/data/test.h5").jobs == {"gather": 1}
    assert gathered.checksums("results/cut/chain/data/test.h5") == before


def test_one_bad_shard_is_named_alone_and_made_again_alone(gathered):
    sound = gathered.checksums("results/cut/chain/data/test.h5")
    shard = "results/cut/chain/shards/test/8-16.h5"
    others = sorted(gathered.made("results/cut/chain/shards/test") - {shard})
    before = {name: (gathered.folder / name).stat().st_mtime_ns for name in others}
    with (gathered.folder / shard).open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(bytes(range(100)))
    ran = gathered.make("results/cut/chain/data/test.h5")
    assert re.findall(r"results/\S+: was altered", ran.output) == [f"{shard}: was altered"]
    assert ran.jobs == {"simulate": 1, "gather": 1}
    assert before == {name: (gathered.folder / name).stat().st_mtime_ns for name in others}
    assert gathered.checksums("results/cut/chain/data/test.h5") == sound


def test_damaged_data_are_not_evaluated_but_named_and_gathered_again(gathered):
    data = gathered.folder / "results/cut/chain/data/test.h5"
    sound = gathered.checksums("results/cut/chain/data/test.h5")
    os.truncate(data, data.stat().st_size // 2)
    ran = gathered.make("results/cut/chain/tables/disorder.csv")
    assert "results/cut/chain/data/test.h5: is truncated" in ran.output
    assert ran.jobs == {"gather": 1, "evaluate_light": 1, "table": 1}
    assert gathered.checksums("results/cut/chain/data/test.h5") == sound


def test_samples_that_do_not_converge_fail_the_shard_and_leave_none(gathered):
    hopeless = {"solver": {"max_iterations": 9}, "datasets": {"test": {"realizations": 1}}}
    gathered.add_scale("hopeless", {"chain": hopeless})
    ran = gathered.snakemake("-c2", "results/hopeless/chain/data/test.h5")
    assert ran.returncode != 0
    assert "samples failed" in ran.output
    assert "max_failed_share" in ran.output
    assert "Traceback (most recent call last)" not in ran.output
    assert not gathered.made("results/hopeless")

    # The ring without disorder converges: 15 of 16 is less than the share that is accepted now.
    gathered.add_scale("hopeless", {"chain": hopeless | {"max_failed_share": 0.95}})
    ran = gathered.make("results/hopeless/chain/data/test.h5")
    assert ran.jobs == {"simulate": 1, "gather": 1}
