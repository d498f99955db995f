"""Users' own functions through networks: what comes out, and what is refused by file and line."""

import json
import os
import shutil

import numpy as np
import pytest

from gapworks.eliashberg.data.fields import Split, gap_function, joined, part, rows_of
from gapworks.eliashberg.learning.forward import push_forward
from gapworks.eliashberg.learning.noise import with_noise
from gapworks.eliashberg.learning.trained import Network
from gapworks.eliashberg.learning.traits import causality, numbers_of
from gapworks.factory.seal import sealed, to_text
from tests.support.command import gapworks_here, refused
from tests.workflow.conftest import merge


def table(path, *columns, header="header"):
    lines = [header, *(",".join(f"{v:.10g}" for v in line) for line in zip(*columns, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def gap_file(path, arrays, row=0):
    return table(path, arrays["energy"], arrays["delta_real"][row], arrays["delta_imag"][row])


def predict(network, source, target):
    given = ("--network", network, "--input", source, "--output", target)
    return gapworks_here("predict", "eliashberg", *given)


@pytest.mark.parametrize("name", ["sl-complex-gap", "sl-complex-gap-few", "sl-complex-dos"])
def test_a_gap_function_is_answered_by_a_spectrum_with_its_forward_check(
    study, arrays, name, tmp_path
):
    network = study.network(name)
    ran = predict(network, gap_file(tmp_path / "gap.csv", arrays), tmp_path / "a2f.csv")
    assert ran.stdout.startswith(f"{tmp_path}/a2f.csv: a2F at 1.16 K, mu* 0.1")
    assert (tmp_path / "a2f.csv").read_text().startswith("omega_meV,a2F\n")
    found = np.loadtxt(tmp_path / "a2f.csv", delimiter=",", skiprows=1)
    expected = Network.load(network).predict(rows_of(arrays, np.arange(1)))[0]
    np.testing.assert_allclose(found[:, 0], arrays["omega"])
    np.testing.assert_allclose(found[:, 1], expected, rtol=1e-3, atol=1e-5)
    check = json.loads((tmp_path / "a2f.json").read_text())
    assert check["network"] == name
    assert check["gap_residual"] > 0
    assert {"coupling", "omega_log", "moment_m1", "clipped", "superconducts"} <= check.keys()


@pytest.mark.parametrize("name", ["reversed-complex-gap", "reversed-complex-dos"])
def test_a_spectrum_is_answered_by_a_gap_function_with_the_solved_one_beside(
    study, arrays, name, tmp_path
):
    network = study.network(name)
    source = table(tmp_path / "a2f.csv", arrays["omega"], arrays["a2f"][3])
    ran = predict(network, source, tmp_path / "out.csv")
    assert ran.returncode == 0, ran.stderr
    found = np.loadtxt(tmp_path / "out.csv", delimiter=",", skiprows=1)
    rows = rows_of(arrays, np.array([3]))
    loaded = Network.load(network)
    expected = loaded.predict(rows)[0]
    np.testing.assert_allclose(found[:, 0], arrays["energy"])
    np.testing.assert_allclose(found[:, 1:].T.ravel(), expected, rtol=1e-4, atol=1e-5)
    check = json.loads((tmp_path / "out.json").read_text())
    kind = name.rpartition("-")[2]
    true = joined(rows, [kind], 0.05)[0]
    residual = np.linalg.norm(expected - true) / np.linalg.norm(true)
    assert check[f"{kind}_residual"] == pytest.approx(residual, rel=1e-3)
    assert check["coupling"] == pytest.approx(arrays["coupling"][3], rel=1e-6)
    assert check["superconducts"]


def test_a_coarse_spectrum_with_a_point_at_zero_is_interpolated(study, arrays, tmp_path):
    network = study.network("reversed-complex-gap")
    coarse = np.linspace(0, 8, 33)
    source = table(tmp_path / "a.txt", coarse, np.sin(np.pi * coarse / 8) ** 2, header="# w a2F")
    assert predict(network, source, tmp_path / "b.csv").returncode == 0
    coupling = json.loads((tmp_path / "b.json").read_text())["coupling"]
    fine = np.linspace(1e-3, 8, 8000)
    expected = 2 * 1e-3 * (np.interp(fine, coarse, np.sin(np.pi * coarse / 8) ** 2) / fine).sum()
    assert coupling == pytest.approx(expected, rel=1e-3)


def test_a_spectrum_that_does_not_superconduct_is_said_to_not_refused(study, arrays, tmp_path):
    network = study.network("reversed-complex-gap")
    source = table(tmp_path / "weak.csv", arrays["omega"], 1e-3 * arrays["a2f"][0])
    ran = predict(network, source, tmp_path / "gap.csv")
    assert ran.returncode == 0
    assert "the spectrum does not superconduct there" in ran.stdout
    check = json.loads((tmp_path / "gap.json").read_text())
    assert check["superconducts"] is False
    assert check["gap_residual"] is None
    assert "coupling" in check["outside_training_range"]
    assert any("does not superconduct" in warning for warning in check["warnings"])
    assert "does not superconduct: Delta is 0" in ran.stderr


BAD_GAPS = [
    ("", "is empty, holds no numbers"),
    (
        "1 2\n2 3\n",
        "has 2 columns; give 3 columns: energy, Re Delta, Im Delta (meV); a DOS goes into",
    ),
    ("1 2 3 4\n2 2 3 4\n", "has 4 columns; give 3 columns"),
    ("0.1 1 nan\n", "line 1: not finite numbers: 0.1 1 nan"),
    ("0.1 1 0\n0.1 1 0\n", "line 2: the energies do not increase"),
    ("0.1 1 0\n20 1 0\n", "the network sees 0.175 to 35 meV"),
    ("0.1 1 0\nfoo bar baz\n", "line 2: words below numbers: foo bar baz"),
    ("0.1 1 0\n", "has one row"),
    (
        "1.0 0.1 0\n0.5 20 0\n0.2 36 0\n",
        "column 2 increases and column 1 does not: are the columns",
    ),
    ("0.1 0 0\n36 0 0\n", "is 0 everywhere; a normal metal tells nothing"),
    ("energy (furlong), Re, Im\n0.1,1,0\n36,1,0\n", "the header gives the unit furlong, which is"),
]


BAD_SPECTRA = [
    ("", "is empty, holds no numbers"),
    ("omega a2F\n", "holds no numbers"),
    ("1 0.2\n2 nan\n", "line 2: not finite numbers: 2 nan"),
    ("1 0.2 3\n2 0.1 3\n", "has 3 columns; say by --column which is a2F (2 ... 3)"),
    ("1\n2\n", "has 1 column; give omega, a2F"),
    ("1 0.2\n2 -0.1\n", "line 2: a2F of column 2 is -0.1; a spectrum is >= 0"),
    ("1 0\n2 0\n", "column 2 is zero everywhere"),
    ("1 0.2\n1 0.1\n", "line 2: the energies do not increase"),
    ("-1 0.2\n1 0.1\n", "1 negative frequency, from -1 to -1 meV, imaginary modes"),
    ("0 0.2\n1 0.1\n", "line 1: a2F is 0.2 at omega = 0, where lambda diverges"),
    ("1 0.2\n12 0.1\n", "a2F reaches to 12 meV, the network's to 10 meV; scale"),
    ("9.0012 0\n9.0014 1\n9.0016 0\n", "nothing of a2F is left on the network's grid"),
    ("0.3 2.0\n0.1 5.0\n0.3 9.0\n", "column 2 increases and column 1 does not"),
    ("# THz or meV\n1 0.2\n9 0.1\n", "the header speaks of THz and meV; say the unit by --unit"),
]


@pytest.mark.parametrize(
    ("network", "text", "said"),
    [
        *(("sl-complex-gap", *case) for case in BAD_GAPS),
        *(("reversed-complex-gap", *case) for case in BAD_SPECTRA),
    ],
)
def test_a_function_that_cannot_be_is_refused(study, network, text, said, tmp_path, place):
    path = tmp_path / "function.txt"
    path.write_text(text)
    ran = predict(study.network(network), path, place / "a.csv")
    refused(ran, f"{path}: ", said, folder=place)


def test_files_of_another_kind_are_refused(study, arrays, tmp_path, place):
    network = study.network("sl-complex-gap")
    source = gap_file(tmp_path / "gap.csv", arrays)
    refused(predict(network, source, place / "a.h5"), "must be .csv", folder=place)
    ran = predict(network, study.data("complex"), place / "a.csv")
    refused(ran, "complex.h5: is a binary file", folder=place)
    ran = predict(network, tmp_path / "nowhere.csv", place / "a.csv")
    refused(ran, "nowhere.csv: cannot be read", folder=place)


DAMAGES = {
    "another width": ({"architecture": {"hidden": [500, 700]}}, "size mismatch"),
    "another kind": ({"architecture": {"kind": "forest"}}, "no 'forest'"),
    "another argument": ({"architecture": {"depth": 3}}, "depth"),
    "no inputs": ({"inputs": None}, "inputs: Input should be a valid list"),
    "no temperature": ({"training_data": {"physics": {"temperature": 0}}}, "temperature"),
    "a line beyond pi T": ({"training_data": {"physics": {"broadening": 1}}}, "give less"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_card_that_does_not_describe_the_network_is_refused(
    study, arrays, damage, tmp_path, place
):
    changes, said = DAMAGES[damage]
    weights = study.network("sl-complex-gap")
    network = tmp_path / weights.name
    shutil.copy(weights, network)
    card = json.loads(weights.with_suffix(".json").read_text())
    network.with_suffix(".json").write_text(to_text(sealed(merge(card, changes))))
    ran = predict(network, gap_file(tmp_path / "gap.csv", arrays), place / "a.csv")
    refused(ran, f"{network.with_suffix('.json')}: ", said, "train it again: rm", folder=place)


def test_an_autoencoder_answers_no_user(study, arrays, tmp_path, place):
    network = study.network("ae-joint-gap-2")
    ran = predict(network, gap_file(tmp_path / "gap.csv", arrays), place / "a.csv")
    refused(ran, f"{network}: maps a2f and gap to a2f and gap; give a network sl-", folder=place)


def gap_of(arrays, row):
    return arrays["delta_real"][row] + 1j * arrays["delta_imag"][row]


def answered(network, tmp_path, energy, *columns, header="energy (meV), Re, Im", force=False):
    """The answer, the check and stderr of `predict`; None in their place where it refuses."""
    source = table(tmp_path / "given.csv", energy, *columns, header=header)
    target = tmp_path / "answer.csv"
    for path in (target, target.with_suffix(".json")):
        path.unlink(missing_ok=True)
    given = ("--network", network, "--input", source, "--output", target, *["--force"] * force)
    ran = gapworks_here("predict", "eliashberg", *given)
    if ran.returncode:
        assert ran.returncode == 2
        assert not target.exists() and not target.with_suffix(".json").exists()
        assert len(ran.stderr.splitlines()) == 1 and "--force answers all the same" in ran.stderr
        return None, None, ran.stderr
    check = json.loads(target.with_suffix(".json").read_text())
    return np.loadtxt(target, delimiter=",", skiprows=1)[:, 1], check, ran.stderr + ran.stdout


def test_minus_delta_is_answered_as_delta(study, arrays, tmp_path):
    network, (x, delta) = study.network("sl-complex-gap"), (arrays["energy"], gap_of(arrays, 0))
    plus, _, _ = answered(network, tmp_path, x, delta.real, delta.imag)
    minus, _, said = answered(network, tmp_path, x, -delta.real, -delta.imag)
    np.testing.assert_array_equal(plus, minus)
    assert "-Delta is Delta in another gauge: its sign was turned" in said


WRONG = {
    "complex conjugate": (lambda d: d.conj(), "Im Delta has the sign of the complex conjugate"),
    "minus the complex conjugate": (lambda d: -d.conj(), "the sign of the complex conjugate"),
    "gap in eV": (lambda d: d / 1e3, "largest |Delta| is"),
    "gap in ueV": (lambda d: d * 1e3, "largest |Delta| is"),
    "Re and Im swapped": (lambda d: d.imag + 1j * d.real, "columns 2 and 3 do not fit each other"),
    "no Im Delta": (lambda d: d.real + 0j, "Kramers"),
    "noise only": (
        lambda d: np.random.default_rng(1).normal(size=(2, len(d))).T @ [1, 1j],
        "is unlike the training's",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_gap_function_in_meV_is_refused_unless_forced(study, arrays, wrong, tmp_path):
    spoil, words = WRONG[wrong]
    network, x = study.network("sl-complex-gap"), arrays["energy"]
    for row in (0, 3):
        given = spoil(gap_of(arrays, row))
        a2f, _, said = answered(network, tmp_path, x, given.real, given.imag)
        assert a2f is None, said
        assert words in said
    a2f, check, said = answered(network, tmp_path, x, given.real, given.imag, force=True)
    assert a2f is not None
    assert words in said
    assert check["refused_without_force"]
    assert check["outside_training_range"]


def test_the_same_gap_in_eV_is_right_where_the_header_says_so(study, arrays, tmp_path):
    network, (x, delta) = study.network("sl-complex-gap"), (arrays["energy"], gap_of(arrays, 0))
    plain, _, _ = answered(network, tmp_path, x, delta.real, delta.imag)
    header = "energy (meV), Re Delta (eV), Im Delta (eV)"
    found, _, _ = answered(network, tmp_path, x, delta.real / 1e3, delta.imag / 1e3, header=header)
    np.testing.assert_allclose(found, plain, atol=1e-5)


def test_noise_beyond_that_of_training_is_said(study, arrays, tmp_path):
    rng, x, delta = np.random.default_rng(1), arrays["energy"], gap_of(arrays, 0)
    noisy = delta + 3e-3 * (rng.normal(size=200) + 1j * rng.normal(size=200))
    for name, outside in (("sl-complex-gap", True), ("sl-complex-noisy-gap", False)):
        network = study.network(name)
        _, check, said = answered(network, tmp_path, x, noisy.real, noisy.imag, force=True)
        assert ("noise is 0.0029" in said or "noise is 0.003" in said) == outside, said
        assert ("noise" in check["outside_training_range"]) == outside


def test_a_measured_dos_is_answered_as_that_of_its_gap_function(study, arrays, tmp_path):
    network, x = study.network("sl-complex-dos"), arrays["energy"]
    dos = joined(rows_of(arrays, np.arange(1)), ["dos"], 0.05)[0]
    delta = gap_of(arrays, 0)
    measured, check, _ = answered(network, tmp_path, x, dos, header="energy (meV), N", force=True)
    formed, _, said = answered(network, tmp_path, x, delta.real, delta.imag, force=True)
    assert "three columns: the DOS is formed of Delta" in said
    np.testing.assert_allclose(measured, formed, atol=1e-4)
    assert check["dos_residual"] > 0
    assert "gap_residual" not in check


def test_a_dos_with_its_errors_is_no_gap_function(study, arrays, tmp_path):
    network, x = study.network("sl-complex-dos"), arrays["energy"]
    dos = joined(rows_of(arrays, np.arange(1)), ["dos"], 0.05)[0]
    a2f, _, said = answered(network, tmp_path, x, dos, 0.01 + 0 * dos, header="energy, N, error")
    assert a2f is None
    assert "columns 2 and 3 do not fit each other as Re Delta and Im Delta" in said


def recalibrated(weights, folder, change):
    """A copy of a network whose card is changed."""
    network = folder / weights.name
    shutil.copy(weights, network)
    card = json.loads(weights.with_suffix(".json").read_text())
    change(card)
    network.with_suffix(".json").write_text(to_text(sealed(card)))
    return network


@pytest.mark.parametrize("share", [0.5, 0.95, 1.5])
def test_the_residual_is_judged_by_those_of_test_samples(study, arrays, share, tmp_path):
    """`share` of the residual of 99 % of them: fine, said from 90 %, refused beyond."""
    weights = study.network("sl-complex-gap")
    x, delta = arrays["energy"], gap_of(arrays, 0)
    _, check, _ = answered(weights, tmp_path, x, delta.real, delta.imag)
    residual = check["gap_residual"]

    def change(card):
        last = residual / share
        quantiles = {"0.5": 0.1 * last, "0.9": 0.9 * last, "0.99": last}
        card["calibration"] |= {"quantiles": quantiles, "samples": 200}

    network = recalibrated(weights, tmp_path, change)
    a2f, check, said = answered(network, tmp_path, x, delta.real, delta.imag)
    assert (a2f is None) == (share > 1)
    assert ("90 % of test samples" in said) == (0.9 < share <= 1)
    assert ("99 % of test samples" in said) == (share > 1)
    if a2f is not None:
        assert "(50 %)" in said and "200 test samples" in said
        assert "their a2F is off by" in said
        assert check["residual_of_test_samples"]["0.99"] == pytest.approx(residual / share)


def test_a_card_without_calibration_is_said_to_be_old(study, arrays, tmp_path):
    weights = study.network("sl-complex-gap")
    delta = gap_of(arrays, 0)
    network = recalibrated(weights, tmp_path, lambda card: card.pop("calibration"))
    a2f, check, said = answered(network, tmp_path, arrays["energy"], delta.real, delta.imag)
    assert a2f is not None
    assert "the network's card has no calibration: train it again" in said
    assert check["residual_of_test_samples"] is None


def test_a_calibration_is_of_test_samples_alone(study, arrays):
    """Its residuals are those of `push_forward` on the test split, its ranges the training's."""
    network = Network.load(study.network("sl-complex-gap"))
    said = network.card["calibration"]
    test = rows_of(arrays, part(arrays, Split.TEST))
    pushed = push_forward(network.physics, network.predict(test), None, 1)
    true = gap_function(test)
    residual = np.linalg.norm(pushed.delta - true, axis=1) / np.linalg.norm(true, axis=1)
    assert said["samples"] == len(residual)
    off = np.linalg.norm(network.predict(test) - test["a2f"], axis=1)
    off /= np.linalg.norm(test["a2f"], axis=1)
    assert said["errors"]["0.99"] == pytest.approx(off.max(), rel=1e-4)
    assert said["quantiles"]["0.99"] == pytest.approx(residual.max(), rel=1e-6)
    train = rows_of(arrays, part(arrays, Split.TRAIN))
    largest = np.abs(train["delta_real"] + 1j * train["delta_imag"]).max(1)
    assert said["inputs"]["largest"] == pytest.approx([largest.min(), largest.max()])


def test_retarded_gap_functions_obey_kramers_and_kronig(arrays):
    delta = np.stack([gap_of(arrays, row) for row in range(40)])
    for given, sign in ((delta, 1), (delta.conj(), -1)):
        found = sign * causality(arrays["energy"], given)
        assert (found > 0.5).all() and (found < 2).all()


@pytest.mark.parametrize("level", [1e-4, 1e-3, 1e-2])
def test_noise_is_measured_from_what_is_not_smooth(arrays, level):
    rows = joined(rows_of(arrays, np.arange(40)), ["gap"], 0.05)
    noisy = with_noise(rows, (level, level), np.random.default_rng(3))
    found = numbers_of("gap", arrays["energy"], noisy)["noise"]
    np.testing.assert_allclose(np.median(found), level, rtol=0.15)
    assert np.median(numbers_of("gap", arrays["energy"], rows)["noise"]) < 5e-5


def test_options_of_spectra_are_no_options_of_others(study, arrays, tmp_path, place):
    source = gap_file(tmp_path / "gap.csv", arrays)
    given = ("--network", study.network("sl-complex-gap"), "--input", source)
    ran = gapworks_here("predict", "eliashberg", *given, "--output", place / "a.csv", "--column", 2)
    refused(ran, "--column and --drop-imaginary are for spectral functions", folder=place)


def test_a_spectrum_that_may_be_in_another_unit_is_asked_about(study, tmp_path, place):
    network = study.network("reversed-complex-gap")
    omega = np.linspace(0.01, 2.4, 100)
    source = table(tmp_path / "a.dat", omega, np.sin(omega) ** 2, header="omega a2F")
    ran = predict(network, source, place / "b.csv")
    refused(ran, "a2F ends at 2.4 if its energies are meV", "--unit", folder=place, code=2)
    given = ("--network", network, "--input", source, "--output", place / "b.csv")
    assert gapworks_here("predict", "eliashberg", *given, "--unit", "THz").returncode == 0


def test_a_pipe_in_a_files_place_is_refused_not_waited_for(study, tmp_path, place):
    os.mkfifo(tmp_path / "gap.csv")
    ran = predict(study.network("sl-complex-gap"), tmp_path / "gap.csv", place / "a.csv")
    refused(ran, "gap.csv: ", "pipe", folder=place)
