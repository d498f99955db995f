"""From maps to a set of irreps: fits, what they leave, and what is made of them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gapworks.qpi import Parameters, green_window, identify, ldos_from_window
from gapworks.qpi.inference import residual, verdict
from gapworks.qpi.inference.fit import Data, Fit, refine
from gapworks.qpi.inference.hypothesis import Form, cells, mixture, of_mixture
from gapworks.qpi.inference.identify import chosen
from gapworks.qpi.inference.notes import beside_the_calibration, of_phase
from gapworks.qpi.inference.search import NEAR, WIDE, Found, on_disc, search
from gapworks.qpi.inference.templates import bank
from tests.support.command import gapworks_here as gapworks

ENERGIES = (0.0, 1.0)
MODEL = Parameters("A2g", 1.1, 0.9, -62.0, broadening=0.3, impurity=120.0)
START = np.array([1.0, np.log(0.7), -66.0, np.log(0.4), 1 / 200])


def maps_of(p: Parameters, n_effective: int = 8192) -> np.ndarray:
    window = green_window(p, ENERGIES, 64, n_effective)[0]
    return ldos_from_window(window, p)[:, :64, :64]


@pytest.fixture(scope="module")
def maps():
    return maps_of(MODEL)


def near(maps: np.ndarray, common: bool = True) -> Data:
    known = np.ones(maps.shape[1:], bool)
    return on_disc(maps, ENERGIES, 1e-2 * maps.std((1, 2)), known, NEAR, common)


@pytest.mark.parametrize("theta", [0.1, 1.2, 2.0, 3.0])
@pytest.mark.parametrize("phi", [0.0, 0.4, 1.5])
def test_a_mixture_is_known_by_two_numbers(theta, phi):
    found = mixture(*of_mixture(theta, phi))
    assert found == pytest.approx((theta, phi), abs=1e-6)
    # What the sign of S_3 hides is one and the same mixture.
    assert of_mixture(*mixture(*of_mixture(theta, -phi))) == pytest.approx(of_mixture(theta, phi))


def test_mixtures_beyond_the_disc_are_real():
    assert mixture(3.0, 4.0)[1] == 0.0
    assert of_mixture(*mixture(3.0, 4.0)) == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize("common", [True, False])
def test_a_fit_finds_the_superconductor_whatever_the_unit_and_the_zero(maps, common):
    units = np.array([1.0, 1.0 if common else 30.0])[:, None, None]
    other = -7.0 + 1e6 * units * maps
    fits = [
        refine(near(shown, common), Form("A2g"), START, 8192, 4096, 12) for shown in (maps, other)
    ]
    for fit in fits:
        theta, log_delta, eps0, _, inverse = fit.vector
        assert theta == pytest.approx(1.1, abs=0.01)
        assert np.exp(log_delta) == pytest.approx(0.9, rel=0.02)
        assert eps0 == pytest.approx(-62.0, abs=0.3)
        assert 1 / inverse == pytest.approx(120.0, rel=0.05)
        assert fit.chi2 < 1e-3 * (fit.model**2).sum()
    assert fits[1].factor[0] == pytest.approx(1e6 * fits[0].factor[0], rel=1e-2)


def test_the_wrong_irrep_fits_worse(maps):
    right, wrong = (
        refine(near(maps), Form(irrep), START, 2048, 2048, 6) for irrep in ("A2g", "A1g")
    )
    assert wrong.chi2 > 20 * right.chi2


def test_cells_that_are_not_known_count_for_nothing(maps):
    known = np.ones(maps.shape[1:], bool)
    known[:, 40:] = False
    spoilt = np.where(known, maps, 1e9)
    data = on_disc(spoilt, ENERGIES, 1e-2 * maps.std((1, 2)), known, NEAR, True)
    assert data.count < near(maps).count
    fit = refine(data, Form("A2g"), START, 8192, 4096, 12)
    assert fit.vector[2] == pytest.approx(-62.0, abs=0.5)


def test_templates_find_irrep_and_band_and_turn_the_lattice():
    templates = bank(ENERGIES, (-160.0, -60.0, 40.0))
    for irrep, theta in (("A1g", 0.1), ("Eg", 2.0), ("Eu", 1.1), ("A2u", 0.0)):
        p = replace(MODEL, irrep=irrep, theta=theta, delta=1.2)
        starts = templates.starts(maps_of(p, n_effective=1024), np.ones(2), 1, 10.0)
        best = max(starts, key=lambda start: start.agreement)
        assert best.form.irrep == irrep
        assert best.vector[best.form.angles + 1] == -60.0
        if irrep in ("Eg", "Eu"):
            away = (best.mixture[0] - theta + np.pi / 2) % np.pi - np.pi / 2
            assert abs(away) < 0.35


def left_by(values: np.ndarray, model: np.ndarray) -> residual.Left:
    shown, rest = WIDE.of(model), WIDE.of(values)
    return residual.judge(rest, shown, rest.size, WIDE)


def coloured(rng: np.random.Generator, width: float) -> np.ndarray:
    noise = rng.standard_normal((2, 64, 64))
    q = np.fft.fftfreq(64)
    envelope = np.exp(-(q[:, None] ** 2 + q**2) * width**2)
    noise = np.fft.ifft2(np.fft.fft2(noise) * envelope).real
    return noise / noise.std()


@pytest.mark.parametrize("width", [0.0, 3.0, 6.0])
def test_noise_of_any_colour_is_no_misfit(maps, width):
    model = 20 * maps / maps.std((1, 2), keepdims=True)
    for seed in range(20):
        left = left_by(coloured(np.random.default_rng(seed), width), model)
        assert left.even < verdict.EVEN
        assert left.repeated >= 1.0
    assert (left.repeated > 2) == (width > 0)


def test_what_is_no_noise_is_named(maps):
    noise = np.random.default_rng(1).standard_normal((2, 64, 64))
    model = maps / WIDE.of(maps).std(1)[:, None, None]
    rows = np.arange(64)[:, None] - 32
    cases = {
        "impurity": noise + 0.5 * np.roll(model, (9, -4), (1, 2)),
        "wave": noise + 0.8 * np.cos(2 * np.pi * rows / 3 + 1),
        "structure": noise + 0.5 * np.sign(model),
        None: noise,
    }
    fit = refine(near(maps), Form("A2g"), START, 1024, 1024, 0)
    for word, values in cases.items():
        shown = replace(fit, residual=WIDE.of(values), model=WIDE.of(model))
        why = verdict.misfit(shown, left_by(values, model))
        assert (why is None) if word is None else (word in why), (word, why)


def found_with(worse: dict[str, float]) -> tuple[Found, residual.Left]:
    """Fits of which each is worse than the first by so much in chi^2."""
    rng = np.random.default_rng(0)
    base = rng.standard_normal((2, len(cells(WIDE))))
    fits = []
    for irrep, more in worse.items():
        form = Form(irrep)
        vector = np.array([0.3] * form.angles + [0.0, -50.0, -1.0, 0.01])
        scale = np.sqrt(1 + more / base.size)
        fits.append(
            refine_like(form, vector, base * scale, np.diag([100.0] * form.angles + [1e3] * 4))
        )
    given_up = dict.fromkeys({"A1g", "A2g", "A2u", "Eg", "Eu"} - set(worse), np.inf)
    left = residual.judge(base, 3 * base, base.size, WIDE)
    return Found(fits, given_up), left


def refine_like(form, vector, values, curvature):
    chi2 = float((values**2).sum())
    return Fit(form, vector, chi2, values, 3 * values, np.ones(2), curvature, True)


def test_probabilities_follow_the_evidence_and_sets_hold_what_is_possible():
    known = replace(verdict.calibration(), temperature=1.0, floor=0.01)
    sure, left = found_with({"A2u": 0.0, "Eu": 200.0})
    shares = verdict.probabilities(verdict.log_evidences(sure, left), known)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["A12u"] > 0.98
    assert verdict.members(shares, known) == ("A1u", "A2u")
    thin, left = found_with({"Eu": 0.0, "A2u": 1.0})
    shares = verdict.probabilities(verdict.log_evidences(thin, left), known)
    assert set(verdict.members(shares, known)) == {"Eu", "A1u", "A2u"}
    warm = replace(known, temperature=10.0)
    flatter = verdict.probabilities(verdict.log_evidences(sure, left), warm)
    assert flatter["Eu"] > 1e-6
    assert max(flatter.values()) <= 1 - 0.8 * known.floor


def test_intervals_hold_their_value_and_widen_with_the_inflation():
    found, left = found_with({"A2g": 0.0})
    known = verdict.calibration()
    one = verdict.intervals(found.fits[0], left, known)
    doubled = {name: 2 * reach for name, reach in known.inflation.items()}
    two = verdict.intervals(found.fits[0], left, replace(known, inflation=doubled))
    assert one["phi"] is None
    for name in ("theta", "delta", "eps0"):
        value, low, high = one[name]
        assert low < value < high
        assert two[name][1] < low and two[name][2] > high


def test_the_floor_of_an_interval_is_what_noise_alone_would_make_of_it():
    found, left = found_with({"A2g": 0.0})
    floors = verdict.floors(found.fits[0], left)
    assert floors["phi"] is None
    assert floors["delta"] == pytest.approx(1.645 / np.sqrt(1e3), rel=0.02)
    assert floors["eps0"] == pytest.approx(1.645 / np.sqrt(1e3), rel=0.02)
    assert floors["theta"] == pytest.approx(1.645 / np.sqrt(1e2), rel=0.02)
    ends = verdict.intervals(found.fits[0], left, verdict.calibration())
    for name in ("theta", "delta", "eps0"):
        assert floors[name] < ends[name][2] - ends[name][0]


@pytest.mark.parametrize("mixed", [(0.4, 0.3), (-0.5, -0.2), (0.6, -0.6)])
def test_the_floor_of_angles_is_the_spread_of_complex_mixtures(mixed):
    found, left = found_with({"Eg": 0.0})
    curvature = np.diag([4e3, 9e3, 1e3, 1e3, 1e3, 1e3])
    vector = np.array([*mixed, 0.0, -50.0, -1.0, 0.01])
    fit = replace(found.fits[0], form=Form("Eg", complex=True), vector=vector, curvature=curvature)
    floors = verdict.floors(fit, left)
    rng = np.random.default_rng(1)
    width = np.sqrt(float(left.noise.mean()) / np.diag(curvature)[:2])
    drawn = np.array([mixture(*(mixed + width * rng.standard_normal(2))) for _ in range(4000)])
    for k, name in enumerate(("theta", "phi")):
        assert floors[name] == pytest.approx(1.645 * drawn[:, k].std(), rel=0.06)
    at_the_edge = replace(fit, vector=np.array([0.8, 0.599, *vector[2:]]))
    assert verdict.floors(at_the_edge, left)["phi"] is None


def test_a_note_says_how_maps_differ_from_those_of_the_calibration():
    _, left = found_with({"A2g": 0.0})
    assert beside_the_calibration((0.0, 1.0), left) == ""
    assert "these are at 0 meV" in beside_the_calibration((0.0,), left)
    assert "these are at -0.4 and 1 meV" in beside_the_calibration((-0.4, 1.0), left)
    assert "no white noise" in beside_the_calibration((0.0, 1.0), replace(left, repeated=2.0))
    uneasy = replace(left, even=3.0, misfit=0.05)
    assert "beyond chance" in beside_the_calibration((0.0, 1.0), uneasy)
    assert beside_the_calibration((0.0, 1.0), replace(uneasy, misfit=0.01)) == ""
    assert "real mixture" in of_phase((0.2, 0.0, 0.4))
    assert "complex" in of_phase((0.4, 0.2, 0.6))


def test_the_shipped_calibration_is_possible():
    known = verdict.calibration()
    assert known.temperature >= 1 and 0 < known.floor < 0.2 and 0 < known.threshold <= 0.05
    assert set(known.inflation) == {"theta", "delta", "eps0", "phi"}
    assert min(known.inflation.values()) > 1
    assert known.samples > 0


def test_maps_that_say_most_are_fitted():
    energies = np.array([-2.0, -1.1, -0.2, 0.4, 1.0])
    assert chosen(energies, np.ones(5)) == [2, 4]
    assert chosen(energies, np.array([1, 1, 0.1, 1, 0.1])) == [1, 3]
    assert chosen(np.array([0.5]), np.zeros(1)) == [0]


def test_noise_is_refused_and_energies_beyond_the_gap_too():
    noise = np.random.default_rng(2).standard_normal((2, 64, 64))
    refused = identify(noise, ENERGIES)
    assert "no structure" in refused.refused and refused.set == ()
    assert "meV" in identify(noise, (40.0, 50.0)).refused
    with pytest.raises(ValueError, match="energies"):
        identify(noise, (0.0,))
    with pytest.raises(ValueError, match="twice"):
        identify(noise, (0.0, 0.0))


def test_an_impurity_off_centre_in_noise_is_identified(tmp_path):
    """The maps are of another grid than the fit's, moved, tilted and in a unit of their own."""
    rng = np.random.default_rng(3)
    shown = maps_of(MODEL, n_effective=4096)
    level = 0.1 * np.sqrt(2) * WIDE.of(shown).std(1)[:, None, None]
    shown = 40 * np.roll(shown + level * rng.standard_normal(shown.shape), (2, -1), (1, 2)) + 3
    np.save(tmp_path / "maps.npy", shown)
    given = ("identify", tmp_path / "maps.npy", "--energies", 0, 1, "--raster", "lattice")
    ended = gapworks(*given, "--json", tmp_path / "a.json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads((tmp_path / "a.json").read_text())
    assert found["set"] == ["A2g"] and "A2g (90 % set)" in ended.stdout
    # A long fit says what it is at.
    for words in ("templates of A1g, 1 of 5", "short fit 1 of", "fitting A2g on a grid of 8192"):
        assert words in ended.stderr
    for name in ("theta", "delta", "eps0"):
        assert 0 < found["floors"][name] <= found[name][2] - found[name][1]
    assert "meV, at best +-" in ended.stdout
    assert found["probabilities"]["A2g"] > 0.9
    assert any(f"on {verdict.calibration().samples} simulated" in note for note in found["notes"])
    for name, truth in (("theta", 1.1), ("delta", 0.9), ("eps0", -62.0)):
        value, low, high = found[name]
        assert low < value < high
        assert low - 0.5 * (high - low) < truth < high + 0.5 * (high - low), name
    assert found["phi"] is None and found["refused"] is None


def test_the_command_refuses_what_it_cannot_judge(tmp_path):
    file = tmp_path / "noise.npy"
    np.save(file, np.random.default_rng(4).standard_normal((2, 64, 64)))
    given = ("identify", file, "--energies", 0, 1, "--raster", "lattice")
    ended = gapworks(*given, "--json", tmp_path / "a.json")
    assert ended.returncode == 2 and "no structure" in ended.stderr
    assert not (tmp_path / "a.json").exists()
    for given, code, asked in (  # what has only to be said is asked for, what cannot be is an error
        (("--raster", "lattice"), 2, "energies"),
        (("--energies", 0, 1), 2, "raster"),
        (("--energies", 0, 1, "--raster", "cartesian"), 2, "field"),
        (("--energies", 0, "--raster", "lattice"), 1, "energies"),
    ):
        ended = gapworks("identify", file, *given)
        assert ended.returncode == code and asked in ended.stderr, ended.stderr


@pytest.mark.parametrize("irrep", ["A2u", "Eu"])
def test_a_crystal_that_lies_half_a_turn_round_is_the_same_superconductor(irrep):
    templates = bank(ENERGIES, (-100.0, -60.0))
    p = replace(MODEL, irrep=irrep, theta=0.0 if irrep == "A2u" else 0.5, delta=1.2)
    maps = maps_of(p, n_effective=4096)
    known = np.ones(maps.shape[1:], bool)
    level = 0.05 * WIDE.of(maps).std(1)
    noisy = maps + level[:, None, None] * np.random.default_rng(5).standard_normal(maps.shape)
    either = [
        search(one, ENERGIES, level, known, templates) for one in (noisy, residual.opposite(noisy))
    ]
    assert [found.turned for found in either] == [False, True]
    for found in either:
        assert found.fits[0].form.irrep == irrep
    first, second = (found.fits[0] for found in either)
    assert second.chi2 == pytest.approx(first.chi2, rel=1e-3)
    assert second.vector == pytest.approx(first.vector, rel=1e-3, abs=1e-3)
