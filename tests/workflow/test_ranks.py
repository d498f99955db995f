"""Data made by MPI ranks through the workflow, with the launcher that `make` installs."""

import re

import pytest

from tests.workflow.conftest import BIN

pytestmark = pytest.mark.skipif(
    not (BIN / "mpiexec").exists(), reason="set up with MPI=site: no MPI here"
)
DATA = "qpi/data/test.h5"


def test_the_number_of_ranks_does_not_show_in_the_data(checkout):
    made = []
    for ranks in (1, 2, 3):
        checkout.add_scale(f"on{ranks}", {"qpi": {"ranks": ranks}})
        ran = checkout.make(f"results/on{ranks}/{DATA}")
        rule = "simulate_qpi" if ranks == 1 else "simulate_qpi_mpi"
        assert ran.jobs == {rule: 1, "gather": 1}
        made.append(checkout.checksums(f"results/on{ranks}/{DATA}"))
    assert made[0] == made[1] == made[2]
    # More or fewer ranks are no reason to simulate anything again.
    with checkout.config() as config:
        config["scales"]["on3"]["qpi"]["ranks"] = 2
    assert checkout.make(f"results/on3/{DATA}").nothing_to_be_done
    assert not checkout.unfinished()


def test_a_failing_rank_fails_the_job_and_leaves_no_shard(checkout):
    hopeless = {"ranks": 2, "solver": {"max_error": 1e-9}, "max_failed_share": 0}
    checkout.add_scale("hopeless", {"qpi": hopeless})
    ran = checkout.snakemake("-c2", f"results/hopeless/{DATA}")
    assert ran.returncode != 0
    assert "5 of 5 samples failed" in ran.output
    assert "Traceback (most recent call last)" not in ran.output
    assert checkout.made("results/hopeless") == set()


def test_what_does_not_fit_on_the_disk_is_refused_before_any_job(checkout):
    checkout.add_scale("vast", {"qpi": {"datasets": {"fidelity": {"per_class": 10**9}}}})
    with checkout.config() as config:
        config["scales"]["vast"]["qpi"]["shard_size"] = 10**9
    shard = "results/vast/qpi/shards/fidelity/0-1000000000.h5"
    plan, ran = checkout.snakemake("-n", shard), checkout.snakemake("-c2", shard)
    for run in (plan, ran):
        said = re.search(r"qpi/fidelity at scale vast needs (\S+) GB here .* are free", run.output)
        assert said, run.output
        assert float(said[1]) == pytest.approx(2 * 5e9 * 4 * 1024**2 / 1e9, rel=0.01)
        assert "per_class" in run.output
    assert (plan.returncode, sum(plan.jobs.values())) == (0, 1)  # for a larger disk, perhaps
    assert ran.returncode != 0
    assert not ran.jobs
