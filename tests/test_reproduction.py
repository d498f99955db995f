"""Claims of the papers: every figure and table has one, verdicts follow from numbers alone."""

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gapworks import cli, reproduction
from gapworks.factory.errors import DataError
from gapworks.learning.intervals import Measured, exact, mean_of
from gapworks.plotting.table import save
from gapworks.products import metric_file
from gapworks.products.metric_file import Metric
from gapworks.study import STUDIES
from tests.conftest import ROOT
from tests.support.config import plan

CLAIMS = ROOT / "docs/claims.yaml"


def claim(**changes):
    said = {
        "id": "chain-example",
        "source": "Fig. 1",
        "condition": "paper",
        "statement": "a number is small",
        "metric": "number",
        "holds_if": {"at_most": 1.0},
    }
    return reproduction.Claim.model_validate(said | changes)


def measured(timing=None, **metrics):
    return metric_file.numbers(
        "chain",
        "smoke",
        metrics,
        [{"provenance": {"commit": "abc"}}],
        {"machine": "x86_64", "packages": {"numpy": "1"}},
        timing=timing,
    )


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("room", ["figures", "tables"])
def test_every_figure_and_table_of_the_papers_stands_beside_a_claim(study, room):
    """Ours may stand alone."""
    known = plan(study).study.exhibits(room)
    claims = [one for one in reproduction.read_claims(CLAIMS) if one.study == study]
    shown = {one for claim in claims for one in claim.shown}
    assert {f"{room}/{name}" for name, one in known.items() if "(ours)" not in one.caption} <= shown
    assert {one for one in shown if one.startswith(room)} <= {f"{room}/{name}" for name in known}


def test_the_page_is_what_claims_and_numbers_make(capsys):
    assert cli.main(["record", "--check", "--docs", str(ROOT / "docs")]) == 0


def test_recorded_numbers_have_every_metric_that_a_claim_names():
    claims = reproduction.read_claims(CLAIMS)
    for path in sorted((ROOT / "docs/numbers").glob("*.json")):
        table = reproduction.claims_table(claims, metric_file.read_numbers(path))
        assert len(table)


@pytest.mark.parametrize(
    ("bounds", "number", "verdict"),
    [
        ({"at_most": 1}, exact(1.0), "holds"),
        ({"at_most": 1}, exact(1.001), "does not hold"),
        ({"at_least": 1}, exact(0.999), "does not hold"),
        ({"at_least": -1, "at_most": 1}, exact(0.0), "holds"),
        ({"at_most": 1}, Measured(0.7, 0.09), "holds"),
        ({"at_most": 1}, Measured(0.7, 0.11), "undecided"),
        ({"at_most": 1}, Measured(1.3, 0.11), "undecided"),
        ({"at_most": 1}, Measured(1.3, 0.09), "does not hold"),
        ({"at_least": -1, "at_most": 1}, Measured(0.0, 0.4), "undecided"),
        ({"at_most": 1}, exact(math.nan), reproduction.UNJUDGED),
        ({"at_most": 1}, None, reproduction.UNJUDGED),
        ({"at_most": 1}, mean_of([0.5]), "undecided: measured without an error"),
    ],
)
def test_a_verdict_follows_from_the_number_and_its_error(bounds, number, verdict):
    table = reproduction.claims_table([claim(holds_if=bounds)], measured(number=number))
    assert list(table["verdict"]) == [verdict]


bounds = st.tuples(
    st.one_of(st.none(), st.floats(-1, 1)), st.one_of(st.none(), st.floats(-1, 1))
).filter(lambda ends: ends != (None, None) and (None in ends or ends[0] <= ends[1]))


@given(bounds, st.floats(-2, 2), st.floats(0, 1), st.integers(2, 1000))
def test_no_verdict_lies_within_its_error(ends, value, error, samples):
    low, high = ends
    told = {"at_least": low, "at_most": high}
    about = claim(holds_if={key: end for key, end in told.items() if end is not None})
    said = reproduction.verdict(
        about, {"number": Metric(value=value, error=error, samples=samples)}
    )
    reach = reproduction.SIGMAS * error
    at_ends = [
        (low is None or low <= x) and (high is None or x <= high)
        for x in (value - reach, value + reach)
    ]
    if said == "holds":
        assert all(at_ends)
    elif said == "does not hold":
        assert not any(at_ends)
    else:
        assert said.startswith("undecided")


def test_so_many_samples_as_are_named_decide():
    about = claim(holds_if={"at_most": 1.0})
    number = Metric(value=0.9, error=0.1, samples=100)
    said = reproduction.verdict(about, {"number": number})
    assert said == "undecided: about 900 samples would decide, these are 100"
    more = Metric(value=0.9, error=0.1 / 3.0001, samples=900)
    assert reproduction.verdict(about, {"number": more}) == "holds"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (exact(220), "220"),
        (Measured(0.085234, 0.00112), "0.0852 ± 0.0011"),
        (Measured(5.3512, 0.2), "5.35 ± 0.20"),
        (Measured(1234.5, 67.8), "1234 ± 68"),
        (Measured(4.847e-6, 1.2e-7), "(4.85 ± 0.12)e-06"),
        (Measured(0.0, 0.5), "0.00 ± 0.50"),
        (mean_of([0.25]), "0.25 ± ?"),
        (Measured(0.018, 7e-18), "0.018"),
    ],
)
def test_a_number_is_printed_with_its_error(number, text):
    table = reproduction.claims_table([claim()], measured(number=number))
    assert list(table["ours"]) == [text]


def test_a_scale_that_is_too_small_judges_nothing_but_what_needs_no_size():
    usual = claim(needs={"samples": 100})
    small = measured(number=exact(2.0), samples=exact(99))
    enough = measured(number=exact(2.0), samples=exact(100))
    verdicts = [
        reproduction.claims_table([one], numbers)["verdict"][0]
        for one, numbers in (
            (usual, small),
            (usual, enough),
            (claim(needs={}), small),
            (usual, measured(number=exact(2.0))),
        )
    ]
    assert verdicts == [reproduction.UNJUDGED, *["does not hold"] * 3]


def test_every_claim_of_the_papers_says_what_it_needs_in_metrics_that_are_counts():
    counts = {"training_realizations", "complex_samples", "training_samples"}
    claims = reproduction.read_claims(CLAIMS)
    assert {name for one in claims for name in one.needs} == counts
    free = [one.id for one in claims if not one.needs]
    assert "chain-hartree-printed" in free and "chain-window-error" not in free


def test_our_own_method_stands_beside_the_papers_and_decides_nothing():
    about = claim(own_method="better")
    numbers = measured(number=exact(2.0), better=Measured(0.5, 0.01))
    table = reproduction.claims_table([about], numbers)
    assert list(table["own method"]) == ["0.500 ± 0.010"]
    assert list(table["verdict"]) == ["does not hold"]
    page = reproduction.report([about], [numbers])
    assert "| 2: does not hold; own method 0.500 ± 0.010 |" in page
    assert "holds: 0, does not hold: 1, undecided: 0" in page
    with pytest.raises(DataError, match="no metric 'better'"):
        reproduction.claims_table([about], measured(number=exact(2.0)))


def test_a_study_that_no_paper_speaks_of_has_a_table_of_claims_without_rows(tmp_path):
    table = reproduction.claims_table([], measured(number=exact(1.0)))
    assert list(table) == list(reproduction.claims_table([claim()], measured(number=exact(1.0))))
    save(table, [tmp_path / "claims.csv", tmp_path / "claims.tex"])
    assert (tmp_path / "claims.csv").read_text().split(",")[0] == "claim"
    assert "verdict" in (tmp_path / "claims.tex").read_text()


def test_a_claim_about_a_metric_that_is_not_measured_is_named():
    with pytest.raises(DataError, match=r"chain-example.*no metric 'number'.*other"):
        reproduction.claims_table([claim()], measured(other=exact(1.0)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"holds_if": {}}, r"claims\.0\.holds_if.*at_least, at_most or both"),
        ({"metrik": "x"}, r"claims\.0\.metrik"),
        ({"id": "nowhere-1"}, r"claims\.0\.id"),
        ({"condition": "beyond"}, r"claims\.0: .*source and condition beyond"),
        ({"source": "beyond"}, r"claims\.0: .*source and condition beyond"),
    ],
)
def test_a_wrong_claim_is_named(tmp_path, change, said):
    listed = claim().model_dump(mode="json", exclude_none=True) | change
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump({"claims": [listed]}))
    with pytest.raises(DataError, match=said):
        reproduction.read_claims(tmp_path / "claims.yaml")


def test_claims_with_one_id_are_refused(tmp_path):
    listed = claim().model_dump(mode="json", exclude_none=True)
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump({"claims": [listed, listed]}))
    with pytest.raises(DataError, match="twice: chain-example"):
        reproduction.read_claims(tmp_path / "claims.yaml")


def test_record_keeps_the_numbers_and_makes_the_page(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    listed = claim().model_dump(mode="json", exclude_none=True)
    (docs / "claims.yaml").write_text(yaml.safe_dump({"claims": [listed]}))
    (tmp_path / "metrics.json").write_text(metric_file.to_json(measured(number=exact(2.0))))
    arguments = ["record", "--docs", str(docs)]
    assert cli.main([*arguments, "--check"]) == 1
    assert cli.main([*arguments, str(tmp_path / "metrics.json")]) == 0
    assert cli.main([*arguments, "--check"]) == 0
    assert json.loads((docs / "numbers/smoke-chain.json").read_text())["metrics"] == {
        "number": {"value": 2, "error": 0, "samples": None}
    }
    page = (docs / "reproduction.md").read_text()
    assert (
        "| chain-example | Fig. 1 | paper | a number is small |  | at most 1 | 2: does not hold |"
        in page
    )
    assert "`snakemake results/smoke/chain/data/metrics.json`, commit abc" in page


def test_claims_about_wall_times_stand_in_a_table_of_their_own():
    claims = [claim(), claim(id="chain-fast", metric="ratio", timing=True)]

    def ids(numbers):
        return list(reproduction.claims_table(claims, numbers)["claim"])

    assert ids(measured(timing=False, number=exact(2.0))) == ["chain-example"]
    assert ids(measured(timing=True, ratio=exact(2.0))) == ["chain-fast"]
    assert ids(measured(number=exact(2.0), ratio=exact(2.0))) == ["chain-example", "chain-fast"]


@pytest.mark.parametrize("given", [["metrics"], ["metrics", "metrics-timing"]])
def test_wall_times_beside_the_metrics_are_recorded_with_them(tmp_path, given):
    files = {
        "metrics": measured(False, number=exact(2.0)),
        "metrics-timing": measured(True, ratio=exact(3.0)),
    }
    for name, numbers in files.items():
        (tmp_path / f"{name}.json").write_text(metric_file.to_json(numbers))
    (recorded,) = metric_file.to_record([tmp_path / f"{name}.json" for name in given])
    assert {name: one.value for name, one in recorded.metrics.items()} == {
        "number": 2.0,
        "ratio": 3.0,
    }
    assert recorded.timing is None
    assert recorded.created
    folder = "results/smoke/chain/data"
    assert recorded.command == f"snakemake {folder}/metrics.json {folder}/metrics-timing.json"


def test_metrics_of_one_study_and_scale_are_not_recorded_twice(tmp_path):
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(metric_file.to_json(measured(False, number=exact(2.0))))
    with pytest.raises(DataError, match=r"b\.json: chain at scale smoke.*another file"):
        metric_file.to_record([tmp_path / "a.json", tmp_path / "b.json"])


def test_a_study_that_times_nothing_says_so(tmp_path, capsys):
    arguments = ["--settings", "{}", "--scale", "smoke", "--evaluation", "no.h5"]
    with pytest.raises(SystemExit, match="qpi times nothing"):
        cli.main(["metrics", "qpi", "--timing", *arguments, "--output", str(tmp_path / "m.json")])


def test_a_file_that_is_no_metric_file_is_named(tmp_path, capsys):
    (tmp_path / "metrics.json").write_text("{}")
    assert cli.main(["record", str(tmp_path / "metrics.json")]) == 1
    assert "metrics.json: is no metric file" in capsys.readouterr().err
