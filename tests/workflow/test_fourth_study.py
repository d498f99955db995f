"""A study more is a folder, a word in the list of studies and a section of config.yaml.

The study stands in tests/fourth_study: two electrons on two sites, solved by diagonalisation and
known exactly. In a copy of the checkout it is made from data to claims; nothing else is touched.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.workflow.conftest import BIN, Checkout

STUDY = ROOT / "tests/fourth_study"
HERE = "results/smoke/dimer"
SOURCES = "src/gapworks/dimer"
PRODUCTS = {
    *(f"data/{name}.h5" for name in ("train", "validation", "test")),
    *(f"shards/{name}.h5" for name in ("train/0-200", "train/200-400")),
    *(f"shards/{name}/0-100.h5" for name in ("validation", "test")),
    *(f"models/curve.{end}" for end in ("safetensors", "json")),
    *(f"data/evaluation/test-{method}.h5" for method in ("solved", "curve")),
    *(f"figures/occupation.{end}" for end in ("pdf", "png")),
    *(f"tables/{name}.{end}" for name in ("errors", "claims") for end in ("csv", "tex")),
    "data/metrics.json",
}


def text_of(folder: Path) -> dict[str, bytes]:
    """Every file of a checkout that no run and no import makes."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        made = {"results", "logs", ".snakemake", "__pycache__"} & set(name.parts)
        if path.is_file() and not made:
            found[str(name)] = path.read_bytes()
    return found


def register(checkout: Checkout) -> None:
    """Add the study to a checkout, as its author would."""
    checkout.environment["PYTHONPATH"] = str(checkout.folder / "src")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(STUDY / "dimer", checkout.folder / SOURCES, ignore=ignored)
    registry, config = checkout.folder / "src/gapworks/study.py", checkout.folder / "config.yaml"
    listed = re.sub(r"^(STUDIES = \(.*)\)$", r'\1, "dimer")', registry.read_text(), flags=re.M)
    registry.write_text(listed)
    section = (STUDY / "config.yaml").read_text()
    config.write_text(config.read_text().replace("\nscales:\n", f"\n{section}scales:\n"))


def gapworks(checkout: Checkout, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command of the copy."""
    return subprocess.run(
        [BIN / "gapworks", *arguments],
        cwd=checkout.folder,
        env=checkout.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def registered(tmp_path_factory) -> Iterator[tuple[Checkout, Mapping[str, bytes]]]:
    """A copy with the study in it, and what stood in it before."""
    copied = Checkout(tmp_path_factory.mktemp("fourth"))
    texts = text_of(copied.folder)
    register(copied)
    yield copied, texts
    copied.stop()


@pytest.fixture(scope="module")
def finished(registered) -> Checkout:
    """The copy when all of the study has been made."""
    checkout, _ = registered
    jobs = checkout.make("dimer", "--config", "scale=smoke").jobs
    jobs.pop("dimer", None)  # the target
    assert jobs == {
        **{"simulate": 4, "gather": 3, "train": 1, "evaluate_light": 2},
        **{"figure": 1, "table": 1, "metrics": 1, "claims": 1},
    }
    return checkout


def test_everything_is_made_and_whole(finished):
    assert finished.made(HERE) == {f"{HERE}/{name}" for name in PRODUCTS}
    ran = gapworks(finished, "verify", *sorted(finished.made(HERE)))
    lines = ran.stdout.splitlines()
    assert (ran.returncode, len(lines)) == (0, len(PRODUCTS)), ran.stdout
    assert {line[:5] for line in lines} == {"ok   "}


def test_it_is_made_without_touching_anything_else(registered, finished):
    after, texts = text_of(finished.folder), registered[1]
    added = {f"{SOURCES}/{path.relative_to(STUDY / 'dimer')}" for path in sources()}
    assert after.keys() - texts.keys() == added
    assert texts.keys() - after.keys() == set()
    changed = {name for name in texts if after[name] != texts[name]}
    assert changed == {"src/gapworks/study.py", "config.yaml"}
    old, new = (said["src/gapworks/study.py"].splitlines() for said in (texts, after))
    assert sum(one != other for one, other in zip(old, new, strict=True)) == 1


def sources() -> list[Path]:
    """The study's modules."""
    return list((STUDY / "dimer").rglob("*.py"))


def test_solutions_and_network_are_near_the_exact_formula(finished):
    kept = json.loads((finished.folder / HERE / "data/metrics.json").read_text())["metrics"]
    measured = {name: one["value"] for name, one in kept.items()}
    assert measured["solved_error"] < 1e-12
    assert 0 < measured["curve_error"] < 0.02
    table = (finished.folder / HERE / "tables/errors.csv").read_text().split()
    assert float(table[-1].split(",")[-1]) == pytest.approx(measured["curve_error"], rel=1e-4)


def test_no_paper_claims_anything_of_it(finished):
    (header,) = (finished.folder / HERE / "tables/claims.csv").read_text().splitlines()
    assert header.startswith("claim,")


def test_its_network_answers_for_own_data(finished):
    (finished.folder / "V.csv").write_text("0\n1\n-1\n")
    network = f"{HERE}/models/curve.safetensors"
    asked = ["predict", "dimer", "--network", network, "--input", "V.csv", "--output", "n.csv"]
    refused = gapworks(finished, *asked, "--unit", "meV")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--unit is not for predict dimer" in refused.stderr
    ran = gapworks(finished, *asked)
    assert (ran.returncode, ran.stderr) == (0, "")
    answer = [float(line) for line in (finished.folder / "n.csv").read_text().split()]
    expected = 1 / 2**0.5  # V = 2 t
    assert answer == pytest.approx([1, 1 - expected, 1 + expected], abs=0.02)
    for name in ("V.csv", "n.csv"):
        (finished.folder / name).unlink()


def test_a_second_run_has_nothing_to_do(finished):
    assert finished.make("dimer", "--config", "scale=smoke").nothing_to_be_done


def test_an_edited_evaluation_makes_itself_again_and_what_is_made_of_it(finished):
    module = finished.folder / SOURCES / "evaluation/solved.py"
    written = module.read_text()
    module.write_text(written + "\n\nEDITED = True\n")
    try:
        ran = finished.make("-n", "-p", "dimer", "--config", "scale=smoke")
    finally:
        module.write_text(written)
    outputs = re.findall(rf"--output((?: {HERE}/\S+)+)", ran.output)
    assert {name.removeprefix(f"{HERE}/") for names in outputs for name in names.split()} == {
        *("data/evaluation/test-solved.h5", "data/metrics.json"),
        *("figures/occupation.pdf", "figures/occupation.png"),
        *("tables/claims.csv", "tables/claims.tex"),
    }


def test_a_wrong_name_is_answered_by_those_that_there_are(finished):
    ran = finished.snakemake("-n", f"{HERE}/figures/fig1.pdf")
    assert ran.returncode != 0
    assert "dimer has no figure fig1; it has occupation" in ran.output


def test_the_rules_of_the_house_hold_for_it(finished):
    guards = ["test_house.py", "test_documentation.py", "plotting/test_captions.py"]
    ran = subprocess.run(
        [BIN / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [f"tests/{name}" for name in [*guards, "factory/test_seeds.py"]]
        + ["-k", "dimer or not gapworks"],  # of the modules, the study's
        cwd=finished.folder,
        env=finished.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout
