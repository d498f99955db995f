"""Figures, tables and metrics of a small real study: evaluations of trained networks and data."""

import numpy as np
import pandas as pd
import pytest

from gapworks.factory.evaluation_file import Given, read_evaluation
from gapworks.plotting import style, table
from gapworks.qpi.config import CLASSES
from gapworks.qpi.evaluation.errors import score
from gapworks.qpi.paper.metrics import metrics
from gapworks.qpi.paper.stated import TABLE1
from gapworks.qpi.physics.parameters import HOPPING, SPIN_ORBIT
from gapworks.qpi.study import STUDY
from gapworks.reproduction import read_claims
from tests.conftest import ROOT
from tests.support.config import plan
from tests.support.exhibits import drawn, tabled
from tests.support.qpi_study import (
    FAITHFUL,
    LITERAL,
    TEST,
    TRAINING,
    silent,
    train_network,
    train_settings,
)

SMOKE = plan("qpi")
STATEMENTS = {
    "seed": 1,
    "radius": 27.0,
    "physics": {
        "hopping": list(HOPPING),
        "spin_orbit": list(SPIN_ORBIT),
        "eps0": [-300, 100],
        "delta": [0.5, 2],
        "impurity": [20, 300],
        "broadening": [1.0, 1.0],
        "energies": [0, 1],
        "window": 64,
    },
    "statements": {
        "stream": 5,
        "samples": 1,
        "n_effective": 1024,
        "omegas": [0, 1],
        "rashba": [10],
        "phi": 1.5707963267948966,
    },
}
NORMAL_STATE = {
    "hopping": list(HOPPING),
    "spin_orbit": list(SPIN_ORBIT),
    "model": {"eps0": 20.0, "points": 60},
}


@pytest.fixture(scope="module")
def made(data, trained, tmp_path_factory):
    """Every evaluation, small, by the name that the workflow gives it."""
    folder = tmp_path_factory.mktemp("evaluations")
    models = {"small-converged": trained, "small-literal": folder / "small-literal.safetensors"}
    train_network(
        train_settings(**LITERAL), data["validation"], data["train"], models["small-literal"]
    )
    for condition, noise, of in (
        *(("faithful", True, "faithful"), ("faithful_fewer", True, "faithful")),
        *(("faithful_noiseless", False, "faithful"), ("phase", True, "phase")),
    ):
        name = f"small-{condition}"
        models[name] = folder / f"{name}.safetensors"
        chosen = train_settings(**FAITHFUL | {"name": name, "condition": {"noise": noise}})
        train_network(chosen, data[f"{of}_train"], data[f"{of}_validation"], models[name])
    settings = {
        "symmetry": TEST | {"inputs": TRAINING["inputs"]},
        "statements": STATEMENTS,
        "examples": {"radius": 13.0},
        "model": NORMAL_STATE,
    }
    found = {}
    for name in STUDY.evaluations_of(SMOKE.scale):
        step, _ = STUDY.step(name)
        inputs, chosen = SMOKE.inputs(name), settings.get(name, TEST)
        given = Given(
            {what: data[one] for what, one in inputs.data.items()},
            {one: models[one] for one in inputs.networks},
        )
        evaluate = STUDY.find(f"{step.run}:evaluate")
        file = folder / f"{name}.h5"
        made = evaluate(step.settings.model_validate(chosen), given, 1, silent)
        made.write(file, "qpi", chosen)
        found[name] = read_evaluation(file, "qpi")
        assert found[name].name == name
    return found


@pytest.mark.parametrize("name", STUDY.figures)
def test_a_figure_is_drawn_and_saved_in_both_formats(made, name, tmp_path):
    figure = drawn("qpi", name, made)
    with style.house_style():
        style.save(figure, [tmp_path / "a.pdf", tmp_path / "a.png"])
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", STUDY.tables)
def test_a_table_is_saved_for_programs_and_for_papers(made, name, tmp_path):
    table.save(tabled("qpi", name, made), [tmp_path / "a.csv", tmp_path / "a.tex"])
    read = pd.read_csv(tmp_path / "a.csv")
    assert len(read) >= 5
    assert "\\toprule" in (tmp_path / "a.tex").read_text()


def test_table_1_has_the_papers_numbers_and_ours_side_by_side(made):
    rows = tabled("qpi", "table1", made).iloc[: len(CLASSES)]
    assert set(rows["quantity"]) == {"hits [%]"} and list(rows["class"]) == list(CLASSES)
    assert list(rows["paper"]) == [86, 94, 98, 98, 96]
    ours = made["test-small-converged"]
    column = next(name for name in rows if "two" in name)
    assert np.allclose(rows[column], 100 * ours["hit"][1])
    assert set(TABLE1) == set(CLASSES)


def test_what_should_be_degenerate_is_and_what_splits_splits(made):
    numbers = metrics(list(made.values()), **STUDY.metrics(SMOKE.scale))
    for name in ("sign_of_gap", "a1u_a2u_at_zero", "a1u_a2u_elsewhere", "phi_sign_scalar"):
        assert 0 <= numbers[name].value < 1e-6
    for name in ("a1u_a2u_rashba", "phi_scalar_Eg", "phi_sign_sz_Eg", "phi_sign_sz_Eu"):
        assert numbers[name].value > 1e-3
    assert numbers["phi_scalar_Eu"].value > 1e-3 and numbers["sign_of_theta"].value > 1e-6


def test_every_claim_about_qpi_has_its_metric(made):
    numbers = metrics(list(made.values()), **STUDY.metrics(SMOKE.scale))
    claims = [c for c in read_claims(ROOT / "docs/claims.yaml") if c.study == "qpi"]
    assert len(claims) >= 30
    assert {claim.metric for claim in claims} <= set(numbers)
    shown = {target for claim in claims for target in claim.shown}
    known = {f"{room}/{name}" for room in ("figures", "tables") for name in STUDY.exhibits(room)}
    assert shown <= known


def test_the_examples_compare_the_same_superconductors_on_two_grids(made):
    examples = made["examples"]
    assert examples.attributes["n_effective"] == [256, 1024]
    assert (examples["samples"] == 2).all()
    assert (examples["error"] > 0).all()
    one, other = examples["image"][:, 0], examples["image"][:, 1]
    assert np.allclose(one[:, 64, 64], 0) and np.allclose(other[:, 64, 64], 0)
    # Images in a wider frame: their difference is that of the maps but for q = 0.
    again = np.linalg.norm(one - other, axis=(1, 2)) / np.linalg.norm(other, axis=(1, 2))
    assert np.allclose(again, examples["error"], rtol=0.5)


def test_a_perfect_answer_scores_all_hits_and_no_error():
    rng = np.random.default_rng(1)
    true = {
        "label": np.arange(50) % 5,
        "delta": rng.uniform(0.2, 2, 50),
        "theta": rng.uniform(0, np.pi, 50),
        "eps0": rng.uniform(-300, 100, 50),
    }
    around = true | {"theta": (true["theta"] + 3.0) % np.pi}
    made = score(true, true, 50, 0.95, rng)
    assert (made["hit"] == 1).all() and (made["hit_upper"] == 1).all()
    # Ten of ten are no certainty: Wilson's lower end is n / (n + z^2).
    assert np.allclose(made["hit_lower"], 10 / (10 + 1.959964**2))
    assert np.nanmax(made["mae"]) == 0
    off = score(true, around, 50, 0.95, rng)["mae"][:, 1]
    assert np.allclose(off[[0, 2, 3, 4]], np.pi - 3.0) and np.isnan(off[1])
