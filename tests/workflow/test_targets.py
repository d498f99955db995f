"""Names are targets: what a run makes, remakes and refuses to make, and what its rules declare."""

import csv
import hashlib
import re
import zipfile

import pytest
import yaml

from gapworks.config import load
from gapworks.factory.shards import shard_ranges
from tests.conftest import ROOT
from tests.support.config import plan

FIGURES = ["fig1", "fig2", "fig3", "fig4", "fig5", "fig6", "fig7"]
TABLES = ["disorder", "errors", "correlations", "cost", "claims", "claims-timing"]
TIMING = {
    *(f"data/evaluation/{name}.h5" for name in ("timing", "diagonalisation")),
    "data/metrics-timing.json",
    *(
        f"tables/{table}.{end}"
        for table in ("claims-timing", "cost", "diagonalisation")
        for end in ("csv", "tex")
    ),
    *(f"figures/fig6.{end}" for end in ("pdf", "png")),
}
"""What is made of wall times, all of it chain's; docs/data-format.md lists the same."""
OTHERS = ["eliashberg/tables/table1.csv", "qpi/figures/noise.pdf"]
"""Of the other studies, what takes data, a network and an evaluation to make."""


@pytest.fixture(scope="module")
def finished(shared_checkout):
    """A checkout in which the whole study was made at the scale `tiny`."""
    shared_checkout.make("chain", "--config", "scale=tiny")
    return shared_checkout


def test_the_study_makes_every_figure_and_table(finished):
    folder = finished.folder / "results/tiny/chain"
    assert {path.stem for path in (folder / "figures").iterdir()} >= set(FIGURES)
    assert {path.stem for path in (folder / "tables").iterdir()} >= set(TABLES)
    for figure in (folder / "figures").glob("[!.]*"):
        content = figure.read_bytes()
        starts, ends = {
            ".pdf": (b"%PDF-", b"%%EOF"),
            ".png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
        }[figure.suffix]
        assert content.startswith(starts)
        assert content.rstrip().endswith(ends)
        assert len(content) > 5000, figure
    for name in {path.stem for path in (folder / "figures").glob("[!.]*")}:
        assert (folder / f"figures/{name}.pdf").exists()
        assert (folder / f"figures/{name}.png").exists()
    assert not finished.unfinished()


def test_a_table_is_the_same_as_csv_and_as_tex(finished):
    folder = finished.folder / "results/tiny/chain/tables"
    with (folder / "disorder.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert float(rows[0]["V0 [t]"]) == 0
    ends = [[float(row[f"mean Delta, {end} [t]"]) for end in ("lower", "upper")] for row in rows]
    assert all(low <= high for low, high in ends)
    assert all(int(row["rings"]) == 2 for row in rows)
    tex = (folder / "disorder.tex").read_text()
    assert r"\toprule" in tex
    assert r"\bottomrule" in tex
    body = tex[tex.index(r"\midrule") : tex.index(r"\bottomrule")]
    assert body.count(r"\\") == len(rows)


def test_a_second_run_has_nothing_to_do(finished):
    assert finished.make("chain", "--config", "scale=tiny").nothing_to_be_done


def test_the_same_run_in_another_folder_gives_every_file_the_same_bytes(finished, checkout):
    """But for the products of wall times. Of the other studies a network, and what follows."""
    others = [f"results/twice/{name}" for name in OTHERS]
    found = []
    for one in (finished, checkout):
        one.add_scale("twice")
        one.make("chain", *others, "--config", "scale=tiny")
        names = one.made("results/tiny/chain") | one.made("results/twice")
        contents = {name: (one.folder / name).read_bytes() for name in names}
        found.append({name: hashlib.sha256(contents[name]).hexdigest() for name in names})
    first, second = found
    assert set(first) == set(second)
    timing = {f"results/tiny/chain/{name}" for name in TIMING}
    assert timing <= set(first)
    assert {name for name in first if first[name] != second[name]} <= timing
    kinds = {name.rpartition(".")[2] for name in set(first) - timing}
    assert kinds == {"h5", "safetensors", "json", "csv", "tex", "pdf", "png"}


def test_the_products_of_wall_times_are_listed_for_users():
    said = (ROOT / "docs/data-format.md").read_text().partition("## The same run twice\n")[2]
    listed = re.findall(r"`((?:data|tables|figures)/[^`]*)`", said.partition("\n## ")[0])
    assert set(listed) == TIMING


def test_a_deleted_figure_is_drawn_again_and_nothing_else_runs(finished):
    target = "results/tiny/chain/figures/fig3.pdf"
    before = (finished.folder / target).read_bytes()
    (finished.folder / target).unlink()
    assert finished.make(target).jobs == {"figure": 1}
    assert (finished.folder / target).read_bytes() == before  # no date is written into it


def test_a_table_at_another_scale_makes_just_what_it_shows(finished):
    finished.add_scale("other", {"chain": {"datasets": {"test": {"realizations": 1}}}})
    target = "results/other/chain/tables/disorder.csv"
    ran = finished.make(target)
    assert ran.jobs == {"simulate": 1, "gather": 1, "evaluate_light": 1, "table": 1}
    folder = "results/other/chain"
    assert finished.made(folder) == {
        f"{folder}/shards/test/0-16.h5",
        f"{folder}/data/test.h5",
        f"{folder}/data/evaluation/test-bdg.h5",
        f"{folder}/tables/disorder.csv",
        f"{folder}/tables/disorder.tex",
    }


def test_a_figure_at_another_scale_trains_just_the_networks_it_shows(finished):
    finished.add_scale("third", {"chain": {"datasets": {"test": {"realizations": 1}}}})
    ran = finished.make("-n", "results/third/chain/figures/fig3.pdf")
    assert ran.jobs == {
        "simulate": 4,  # train, validation, test, surrogate
        "gather": 4,
        "train": 2,
        "evaluate_light": 3,
        "figure": 1,
    }


def test_table_1_of_eliashberg_makes_just_what_it_shows(finished):
    ran = finished.make("-n", "results/tiny/eliashberg/tables/table1.csv")
    assert ran.jobs == {
        "simulate": 1,  # complex
        "gather": 1,
        "train": 2,  # the autoencoder with d_L = 2, and the network on its data
        "generate": 1,
        "evaluate_heavy": 1,
        "table": 1,
    }


def test_the_latent_dimension_of_the_flow_is_chosen_by_autoencoders_of_every_dimension(finished):
    finished.add_scale("two", {"eliashberg": {"networks": {"autoencoder": {"latent": [1, 2]}}}})
    ran = finished.make("-n", "results/two/eliashberg/models/sl-joint-dos-chosen.safetensors")
    assert ran.jobs == {
        "simulate": 1,
        "gather": 1,
        "train": 3,
        "evaluate_heavy": 2,
        "evaluate_light": 1,
        "generate": 1,
    }


def test_the_campaign_is_planned_in_no_more_than_ten_thousand_jobs(shared_checkout):
    # Its CPU time and memory are in docs/scaling.md; here they would depend on other work.
    plan = ["-n", "--quiet", "rules", "--config", "scale=campaign"]
    ran = shared_checkout.snakemake("-c2", *plan)
    assert ran.returncode == 0, ran.output
    _, scales = load(yaml.safe_load((shared_checkout.folder / "config.yaml").read_text()))
    campaign = scales["campaign"]

    def shards(study):
        section = getattr(campaign, study)
        # Which no figure needs.
        unused = {"fidelity", "corrected_train", "corrected_validation"}
        names = set(type(section.datasets).model_fields) - unused
        sizes = [section.samples(name) for name in names]
        return sum(len(shard_ranges(size, section.shard_size)) for size in sizes)

    assert ran.jobs["simulate"] == shards("chain") + shards("eliashberg")
    assert ran.jobs["simulate_qpi_mpi"] == shards("qpi")
    assert sum(ran.jobs.values()) <= 10_000


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("huge/chain/data/test.h5", r"no scale 'huge'.*smoke.*laptop.*workstation.*paper.*tiny"),
        ("tiny/chain/data/tset.h5", r"no data set 'tset'.*train.*validation.*test"),
        ("tiny/chain/shards/tset/0-4.h5", r"no data set 'tset'.*train.*validation.*test"),
        ("tiny/eliashberg/models/sl-gap.safetensors", r"no network 'sl-gap'.*sl-<simple\|complex>"),
        ("tiny/chain/models/windwo.safetensors", r"no network 'windwo'.*surrogate.*window-r<R>"),
        ("tiny/chain/figures/fig99.pdf", r"chain has no figure fig99; it has fig1, .*fig7$"),
        ("tiny/chain/figures/spectra.pdf", r"chain has no figure spectra; it has fig1, .*fig7$"),
        ("tiny/chain/figures/fig1.jpg", r"figures are made as \.pdf and \.png"),
        ("tiny/qpi/tables/table99.csv", r"qpi has no table table99; it has table1, .*claims$"),
        ("tiny/chain/data/evaluation/test-surogate.h5", r"no evaluation test-surogate; .*floor"),
        ("tiny/chain/shards/test/first.h5", r"shards are <dataset>/<first>-<last>\.h5"),
        ("tiny/chian/data/test.h5", r"no study 'chian'; studies: chain, eliashberg, qpi"),
        ("tiny/chain/plots/fig1.pdf", r"chain has no plots; it has shards, .*figures"),
        ("fig1.pdf", r"a file is results/<scale>/<study>/<kind>/<name>"),
    ],
)
def test_a_target_that_cannot_be_is_refused_by_name(finished, target, said):
    before = finished.made()
    ran = finished.snakemake("-c2", f"results/{target}")
    assert ran.returncode != 0
    (line,) = (line for line in ran.output.splitlines() if line.startswith("Error: "))
    assert re.search(said, line), line
    assert ran.output.endswith(f"{line}\n")
    assert not ran.jobs
    assert finished.made() == before


def test_a_shard_that_ends_before_it_starts_is_refused(finished):
    ran = finished.snakemake("-c2", "results/tiny/chain/shards/test/9-3.h5")
    assert ran.returncode != 0
    assert "9 ... 3" in ran.output  # from the log of the job
    assert "Traceback (most recent call last)" not in ran.output
    assert "results/tiny/chain/shards/test/9-3.h5" not in finished.made()


def test_every_job_leaves_a_log_and_a_benchmark(finished):
    logs = finished.made("logs/tiny")
    for name in ("simulate/test/0-32", "gather/test", "evaluate/test-bdg", "figure/fig3"):
        assert f"logs/tiny/chain/{name}.log" in logs
        assert f"logs/tiny/chain/{name}.benchmark.tsv" in logs
    log = (finished.folder / "logs/tiny/chain/simulate/test/0-32.log").read_text()
    assert "chain/test samples 0-32: 32/32" in log
    assert "results/tiny/chain/shards/test/0-32.h5: chain/test samples 0-32, identity" in log


def test_the_report_holds_every_figure_and_table_with_its_caption(finished):
    finished.make("chain", "--config", "scale=tiny", "--report", "report.zip")
    with zipfile.ZipFile(finished.folder / "report.zip") as report:
        assert report.testzip() is None
        names = report.namelist()
        (page,) = (name for name in names if name.endswith("report.html"))
        text = report.read(page).decode()
    shown = [f"figures/{figure}.{suffix}" for figure in FIGURES for suffix in ("pdf", "png")]
    shown += [f"tables/{table}.csv" for table in TABLES]
    for path in shown:
        assert any(name.endswith(path.rpartition("/")[2]) for name in names), names
        said = re.search(rf'"results/tiny/chain/{path}": .*?"caption": "(.*?[^\\])"', text)
        assert said, path
        assert said[1].startswith("<p>")
        assert "Scale: tiny" in said[1]
        assert len(said[1]) > 100
    for room, names in (("figures", FIGURES), ("tables", TABLES)):
        for name in names:
            assert plan("chain").title(room, name) in text  # as the list of results says


def test_lint_finds_nothing(finished):
    ran = finished.snakemake("--lint")
    assert ran.returncode == 0, ran.output


def rules():
    """Text of every rule that makes something, by name; target rules only have an input."""
    files = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
    text = "\n".join(file.read_text() for file in files)
    blocks = re.findall(r"^rule (\w+):\n((?:(?: .*)?\n)+)", text, re.MULTILINE)
    return {name: body for name, body in blocks if re.search(r"^    output:", body, re.MULTILINE)}


def test_there_are_rules():
    assert {"simulate", "gather", "evaluate_light", "figure"} <= set(rules())


@pytest.mark.parametrize("rule", rules())
def test_a_rule_says_what_it_needs_and_where_it_logs(rule):
    body = rules()[rule]
    said = set(re.findall(r"^    (\w+):", body, re.MULTILINE))
    needed = {"log", "benchmark", "message", "resources", "threads", "params", "conda", "shell"}
    assert said >= needed
    resources = re.search(r"^    resources:\n((?: {8}.*\n)+)", body, re.MULTILINE)[1]
    assert re.search(r"^        mem_mb=", resources, re.MULTILINE)
    assert re.search(r"^        runtime=", resources, re.MULTILINE)
    assert "{log}" in body.partition("    shell:")[2]
