"""A change reruns what it touches and no more, in every study; a fresh clone reruns nothing."""

import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

import numpy as np
import pytest

from gapworks.factory.reading import read
from gapworks.qpi.study import STUDY as QPI
from gapworks.study import STUDIES
from gapworks.study import study as study_of
from tests.workflow.conftest import Checkout, merge

# ---- What stands in for a finished run -----------------------------------------------------------

BEYOND_CHECKSUMS = 1_000_001  # bytes: whether a larger input is newer, its date alone decides
COMPARED = ("rule", "input", "params", "code", "software_stack_hash", "record_format_version")
"""Of what Snakemake notes of a file, what decides later whether it is made again."""


def own_code(checkout):
    """Let a checkout import its own copy of the package, as a clone does; it may be edited.

    What files say of themselves is not looked at: here they say nothing.
    """
    checkout.environment["PYTHONPATH"] = str(checkout.folder / "src")
    with (checkout.folder / "src/gapworks/products/register.py").open("a") as file:
        file.write("\n\ndef check(*arguments, **options):\n    return Found()\n")
    return checkout


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """All three studies at the scale `tiny`, as if just made; a test puts back what it changes.

    Nothing is computed: the files are holes. All that Snakemake decides by is there (names, dates
    in the order of making, settings, inputs and code of each file), noted by Snakemake itself; a
    test below compares its notes with those of a real run.
    """
    checkout = own_code(Checkout(tmp_path_factory.mktemp("finished")))
    listed = checkout.make("--summary", "--config", "scale=tiny").output
    for name in re.findall(r"^(results/\S+)\t", listed, re.MULTILINE):
        path = checkout.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(BEYOND_CHECKSUMS)
    checkout.make("--touch", "--forceall", "--config", "scale=tiny")
    return checkout


def plan(checkout):
    """What a dry run of everything would make; names below results/tiny."""
    ran = checkout.make("-n", "-p", "--config", "scale=tiny")
    outputs = re.findall(r"--output((?: results/tiny/\S+)+)", ran.output)
    assert len(outputs) == sum(ran.jobs.values()), ran.output
    assert outputs or ran.nothing_to_be_done, ran.output
    return {name.removeprefix("results/tiny/") for names in outputs for name in names.split()}


def made(checkout, pattern):
    """Files of the scale whose names below results/tiny match."""
    names = {name.removeprefix("results/tiny/") for name in checkout.made("results/tiny")}
    found = {name for name in names if re.fullmatch(pattern, name)}
    assert found
    return found


@contextmanager
def changed(checkout, scale="tiny", **overlay):
    """config.yaml with other values at a scale."""
    path = checkout.folder / "config.yaml"
    before = path.read_text()
    with checkout.config() as config:
        config["scales"][scale] = merge(config["scales"][scale], overlay)
    try:
        yield
    finally:
        path.write_text(before)


@contextmanager
def edited(checkout, module, old="", new="EDITED = True\n"):
    """A module of the package in which `old` was replaced; a line more, if no `old` is given."""
    path = checkout.folder / "src/gapworks" / module
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new) if old else before + new)
    try:
        yield
    finally:
        path.write_text(before)


def test_a_finished_run_is_followed_by_none_whatever_share_of_failures_is_accepted(finished):
    assert plan(finished) == set()
    with changed(finished, **{name: {"max_failed_share": 0.5} for name in STUDIES}):
        assert plan(finished) == set()


# ---- Each study ----------------------------------------------------------------------------------


def test_an_option_of_a_figure_draws_that_figure_again_and_nothing_else(finished):
    options = {
        "chain": {"figures": {"profile_strengths": [0.5]}},
        "eliashberg": {"figures": {"latent_shown": [1, 2]}},
        "qpi": {"figures": {"training_from": 2}},
    }
    with changed(finished, **options):
        drawn = plan(finished)
    figures = ("chain/figures/fig4", "eliashberg/figures/fig6", "qpi/figures/curves")
    assert drawn == {f"{figure}.{end}" for figure in figures for end in ("pdf", "png")}


def test_an_edited_module_of_figures_draws_its_own_figures_again(finished):
    own = [name for name, one in QPI.figures.items() if one.draw.startswith("paper.figures:")]
    assert 0 < len(own) < len(QPI.figures)
    with edited(finished, "qpi/paper/figures.py"):
        assert plan(finished) == made(finished, rf"qpi/figures/({'|'.join(own)})\..*")


def test_an_edited_evaluation_is_made_again_and_what_is_made_of_it_and_no_other(finished):
    with edited(finished, "eliashberg/evaluation/bases.py"):
        again = plan(finished)
    evaluations = {name for name in again if "/evaluation/" in name}
    assert evaluations == {"eliashberg/data/evaluation/simple-bases.h5"}
    assert {"eliashberg/figures/fig9.pdf", "eliashberg/tables/bases.csv"} <= again
    assert not {name for name in again if "/models/" in name or "fig3" in name}


def test_edited_styles_of_figures_and_tables_make_these_again_in_all_studies(finished):
    with edited(finished, "plotting/style.py"), edited(finished, "plotting/table.py"):
        assert plan(finished) == made(finished, r"\w+/(figures|tables)/.*")


def test_a_learning_rate_trains_again_and_simulates_nothing(finished):
    rate = {"training": {"learning_rate": 3e-3}}
    networks = {
        "chain": {"networks": {"surrogate": rate}},
        "eliashberg": {"networks": {"autoencoder": rate}},
        "qpi": {"networks": {"small": rate}},
    }
    with changed(finished, **networks):
        again = plan(finished)
    # Of eliashberg the autoencoders, and the networks that learn from what these generate.
    trained = "chain/models/surrogate|eliashberg/models/(ae|sl-(joint|separate))-.*|qpi/models/.*"
    assert {n for n in again if "/models/" in n} == made(finished, rf"({trained})\.safetensors")
    kinds = "models|figures|tables|data/(evaluation|generated)/|data/metrics"
    assert {name for name in again if not re.match(rf"\w+/({kinds})", name)} == set()
    for same in ("chain/data/evaluation/test-bdg.h5", "eliashberg/figures/fig3.pdf"):
        assert same in made(finished, ".*") - again


@pytest.mark.parametrize("study", STUDIES)
def test_another_version_of_the_data_makes_all_of_that_study_again_and_of_no_other(finished, study):
    version = "data_version: Literal[{0}] = {0}\n".format
    now = study_of(study).steps.Simulate.model_fields["data_version"].default
    with edited(finished, f"{study}/steps.py", version(now), version(now + 1)):
        again = plan(finished)
    assert again >= made(finished, rf"{study}/(shards/.*|data/\w+|models/.*)\.(h5|safetensors)")
    assert {name for name in again if not name.startswith(f"{study}/")} == set()


def test_more_samples_simulate_the_new_ones_alone(finished):
    sizes = {
        "chain": {"datasets": {"test": {"realizations": 4}}},
        "eliashberg": {"datasets": {"complex": {"samples": 200}}},
        "qpi": {"datasets": {"test": {"per_class": 2}}},
    }
    with changed(finished, **sizes):
        again = plan(finished)
    assert {name for name in again if "/shards/" in name} == {
        "chain/shards/test/32-64.h5",
        "eliashberg/shards/complex/80-160.h5",
        "eliashberg/shards/complex/160-200.h5",
        "qpi/shards/test/5-10.h5",
    }
    gathered = {"chain/data/test.h5", "eliashberg/data/complex.h5", "qpi/data/test.h5"}
    assert {name for name in again if re.fullmatch(r"\w+/data/\w+\.h5", name)} == gathered


# ---- Results in a fresh clone --------------------------------------------------------------------

LEARNING = {"qpi": {"networks": {"small": {"training": {"learning_rate": 3e-3}}}}}


@pytest.fixture
def clone(finished, tmp_path):
    """A fresh clone in another place, with the results of the finished one and their dates."""
    copied = own_code(Checkout(tmp_path))
    for file in copied.made("."):
        (copied.folder / file).touch()  # git gives files no dates but the day of the clone
    copy = ["cp", "-a", finished.folder / "results", copied.folder]
    subprocess.run(copy, check=True)
    return copied


def test_results_restored_with_their_dates_rerun_nothing(finished, clone):
    assert plan(clone) == set()
    # With Snakemake's notes a later change is followed as well.
    notes = finished.folder / ".snakemake/metadata"
    subprocess.run(["cp", "-r", notes, clone.folder / ".snakemake"], check=True)
    assert plan(clone) == set()
    with changed(clone, **LEARNING):
        assert {n for n in plan(clone) if "/models/" in n} == made(clone, r"qpi/models/.*tensors")


def test_results_restored_without_their_dates_rerun_nothing_once_snakemake_was_told(clone):
    # A plain copy gives dates in the order of copying: at the worst, the last made come first.
    files = [path for path in (clone.folder / "results").rglob("*") if path.is_file()]
    dates = sorted(path.stat().st_mtime for path in files)
    for path, date in zip(sorted(files, key=os.path.getmtime, reverse=True), dates, strict=True):
        os.utime(path, (date, date))
    for shards in clone.made("results/tiny/chain/shards/test"):
        (clone.folder / shards).unlink()  # nobody needs to keep them
    clone.make("--touch", "--forceall", "--config", "scale=tiny")
    assert plan(clone) == set()
    with changed(clone, **LEARNING):
        assert {n for n in plan(clone) if "/models/" in n} == made(clone, r"qpi/models/.*tensors")


# ---- For real, with one study --------------------------------------------------------------------

TABLE = "results/grown/chain/tables/disorder.csv"


@pytest.fixture(scope="module")
def grown(shared_checkout):
    """A checkout with the table of disorder at the scale `grown`, made of one shard."""
    overlay = {"chain": {"datasets": {"test": {"realizations": 1}}, "shard_size": 16}}
    shared_checkout.add_scale("grown", overlay)
    jobs = shared_checkout.make(TABLE).jobs
    assert jobs == {"simulate": 1, "gather": 1, "evaluate_light": 1, "table": 1}
    return shared_checkout


def notes(checkout):
    """What Snakemake noted of each file, of what it compares."""
    files = (checkout.folder / ".snakemake/metadata").iterdir()
    return {file.name: [json.loads(file.read_text())[key] for key in COMPARED] for file in files}


def copied_without_dates(checkout, folder):
    """The results in a clone as `cp -r` brings them: no order of dates, nothing of .snakemake."""
    copied = Checkout(folder)
    shutil.copy(checkout.folder / "config.yaml", copied.folder)
    shutil.copytree(checkout.folder / "results", copied.folder / "results", dirs_exist_ok=True)
    now = time.time()
    for number, name in enumerate(sorted(copied.made(), reverse=True)):
        os.utime(copied.folder / name, (now - number, now - number))
    return copied


def test_a_copy_without_dates_and_notes_reruns_nothing_and_follows_changes(grown, tmp_path):
    copied = copied_without_dates(grown, tmp_path)
    assert copied.make("-n", TABLE).nothing_to_be_done
    assert copied.make(TABLE).nothing_to_be_done
    assert planned(copied, evaluation={"resamples": 60}).jobs == {"evaluate_light": 1, "table": 1}


def test_a_copy_is_not_taken_for_a_run_with_another_seed(grown, tmp_path):
    copied = copied_without_dates(grown, tmp_path)
    ran = copied.make("-n", TABLE, "--config", "seed=5")
    assert ran.jobs == {"simulate": 1, "gather": 1, "evaluate_light": 1, "table": 1}
    assert "results/grown/chain/shards/test/0-16.h5: seed is 20251230, wanted 5" in ran.output


@pytest.fixture
def altered(grown, tmp_path):
    """A copy in which a digit of the table was edited."""
    copied = copied_without_dates(grown, tmp_path)
    table = copied.folder / TABLE
    table.write_text(table.read_text().replace("0", "1", 1))
    return copied


def test_a_report_shows_nothing_that_is_not_what_it_says(altered):
    ran = altered.snakemake("--report", "report.zip", TABLE)
    assert ran.returncode != 0
    assert f"{TABLE}: was altered" in ran.output
    assert "Traceback" not in ran.output
    assert not (altered.folder / "report.zip").exists()


def test_to_ignore_incomplete_files_is_not_to_believe_all_others(altered):
    ran = altered.make(TABLE, "--ignore-incomplete")
    assert f"{TABLE}: was altered" in ran.output
    assert ran.jobs == {"table": 1}


def test_a_file_that_is_only_touched_is_noted_as_one_that_was_made(grown):
    made_really = notes(grown)
    assert len(made_really) == 5
    for note in (grown.folder / ".snakemake/metadata").iterdir():
        note.unlink()
    grown.make("--touch", "--forceall", TABLE)
    assert notes(grown) == made_really


def test_a_data_set_that_grows_simulates_only_the_new_samples(grown):
    data = grown.folder / "results/grown/chain/data/test.h5"
    shard = grown.folder / "results/grown/chain/shards/test/0-16.h5"
    old_arrays, old_stat = read(data), shard.stat()
    with grown.config() as config:
        config["scales"]["grown"]["chain"]["datasets"]["test"]["realizations"] = 2
    jobs = grown.make(TABLE).jobs
    assert jobs == {"simulate": 1, "gather": 1, "evaluate_light": 1, "table": 1}
    new = shard.stat()
    assert (new.st_mtime_ns, new.st_ino) == (old_stat.st_mtime_ns, old_stat.st_ino)
    arrays = read(data)
    assert len(arrays["sample"]) == 32
    for name, old in old_arrays.items():
        np.testing.assert_array_equal(arrays[name][: len(old)], old, err_msg=name)
    assert not np.array_equal(arrays["V"][16:], arrays["V"][:16])


def planned(checkout, **chain):
    """The jobs that a change of the scale `grown` brings about."""
    with changed(checkout, "grown", chain=chain):
        return checkout.make("-n", TABLE)


def test_more_resamples_take_statistics_again_and_simulate_nothing(grown):
    jobs = planned(grown, evaluation={"resamples": 60}).jobs
    assert jobs == {"evaluate_light": 1, "table": 1}


def test_what_a_table_does_not_show_is_no_reason_to_make_it(grown):
    others = {"figures": {"correlation_distance": 20}, "datasets": {"train": {"realizations": 7}}}
    assert planned(grown, **others).nothing_to_be_done


def test_another_tolerance_simulates_everything_again(grown):
    jobs = planned(grown, solver={"tolerance": 1e-8}).jobs
    shards = len(grown.made("results/grown/chain/shards"))
    assert shards > 0
    assert jobs == {"simulate": shards, "gather": 1, "evaluate_light": 1, "table": 1}
