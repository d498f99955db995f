"""Bands about a surrogate's Delta: they hold what they promise, or there is none."""

import numpy as np
import pytest
from pydantic import ValidationError

from gapworks.chain.data.draw import draw_disorder
from gapworks.chain.laws import Disorder
from gapworks.chain.learning import drawing
from gapworks.chain.learning.bands import Bands, banded, calibrated, ring_quantile, spread
from gapworks.chain.learning.calibration import calibrate, finishing
from gapworks.chain.learning.trained import Network
from gapworks.chain.network_config import BandSettings
from gapworks.learning.package import save_package
from tests.support.chain_networks import affine
from tests.support.command import gapworks_here

STRENGTHS = [0.0, 0.25, 0.5]
BANDS = Bands(
    coverage=0.9, length=256, rings=100, strengths=STRENGTHS, half_width=[1e-4, 2e-3, 6e-3]
)


def errors(V0, rings, seed, sites=64):
    """Of rings whose sites go wrong together: wider where V0 is larger."""
    rng = np.random.default_rng(seed)
    return V0 * (rng.standard_normal((rings, 1)) + rng.standard_normal((rings, sites)))


def drawn(strength=0.5, rings=50, length=256, **law):
    disorder = Disorder(**law)
    return draw_disorder(3, 1, [strength], length, 0, rings, disorder=disorder)[0]


@pytest.mark.parametrize("coverage", [0.6, 0.9])
def test_a_new_ring_is_covered_on_average_over_calibrations(coverage):
    found = []
    for seed in range(300):
        known, new = errors(1.0, 20, seed), errors(1.0, 20, 1000 + seed)
        found.append((np.abs(new) <= ring_quantile(np.abs(known), coverage)).mean())
    mean, error = np.mean(found), np.std(found) / np.sqrt(len(found))
    assert coverage - 3 * error < mean < coverage + 1 / 20 + 3 * error


def test_each_strength_has_its_own_width_and_the_promise_holds_at_each():
    V0 = np.repeat([0.1, 0.5], 400)
    known = np.concatenate([errors(0.1, 400, 1), errors(0.5, 400, 2)])
    bands = calibrated(V0, known, 0.9)
    assert (bands.strengths, bands.rings, bands.length) == ([0.1, 0.5], 400, 64)
    assert bands.half_width[1] == pytest.approx(5 * bands.half_width[0], rel=0.1)
    for row, strength in enumerate((0.1, 0.5)):
        new = np.abs(errors(strength, 1000, 3 + row)) <= bands.half_width[row]
        assert abs(new.mean() - 0.9) < 0.02


def test_too_few_rings_promise_nothing_less_than_the_largest_error():
    few = np.abs(errors(1.0, 5, 1))
    assert ring_quantile(few, 0.9) == few.max()
    with pytest.raises(ValidationError, match="too few rings"):
        BandSettings(stream=1, realizations=10, coverage=0.94)


def test_a_rings_spread_stands_for_its_strength():
    V = np.concatenate([drawn(strength) for strength in (0.0, 0.125, 0.5)])
    found = banded(BANDS, V + np.linspace(-3, 3, len(V))[:, None])
    assert (found.reasons == "").all()
    widths = found.half_width.reshape(3, -1)
    np.testing.assert_allclose(widths[0], 1e-4, rtol=1e-9)
    assert widths[1].mean() == pytest.approx(1.05e-3, rel=0.03)
    assert widths[2].mean() == pytest.approx(6e-3, rel=0.03)
    assert spread(V[-50:]).mean() == pytest.approx(0.5, rel=0.02)


SITES = np.arange(256)
UNLIKE = {
    "twice the strongest": (2 * drawn(), "spread is beyond"),
    "normal and correlated": (drawn(0.2, law="gaussian", correlation=3), "correlated"),
    "normal, neighbours correlated": (drawn(0.2, law="gaussian", correlation=1), "correlated"),
    "a cosine": (0.4 * np.cos(2.1 * SITES)[None], "correlated"),
    "two halves": (0.3 * np.sign(SITES - 127.5)[None], "correlated"),
    "alternating": (0.3 * (-1.0) ** SITES[None], "correlated"),
    "one impurity": (0.7 * (SITES == 9)[None], "not spread uniformly"),
    "two values": (
        0.3 * np.sign(np.random.default_rng(1).standard_normal((20, 256))),
        "not spread uniformly",
    ),
    "heavy tails": (
        0.1 * np.random.default_rng(1).laplace(size=(20, 256)).clip(-4, 4),
        "not spread uniformly",
    ),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_a_ring_unlike_the_calibrations_has_no_band_and_is_told_why(name):
    V, reason = UNLIKE[name]
    found = banded(BANDS, V)
    assert np.isnan(found.half_width).all()
    assert all(reason in said for said in found.reasons)


def test_rings_of_the_calibrations_law_are_hardly_ever_turned_away():
    for length in (64, 256, 1024):
        found = banded(BANDS, drawn(rings=400, length=length))
        assert (found.reasons != "").mean() <= 0.005


@pytest.fixture
def surrogate(tmp_path):
    """The package of a network that is affine in V, with the bands of a calibration."""
    path = affine("surrogate", tmp_path)
    network = Network.load(path)
    settings = BandSettings(stream=9, realizations=12, coverage=0.9)
    bands = calibrate(network, settings, 1, threads=1)
    card = {key: said for key, said in network.card.items() if not key.endswith("sha256")}
    save_package(path, network.model.state_dict(), card | {"bands": bands.model_dump()})
    return path


def predict(network, V, folder, *more):
    np.save(folder / "v.npy", V)
    files = ("--input", folder / "v.npy", "--output", folder / "d.npy")
    return gapworks_here("predict", "chain", "--network", network, *files, *more)


def test_bands_of_a_card_are_those_of_rings_of_their_own(surrogate):
    bands = Network.load(surrogate).calibration
    assert (bands.strengths, bands.length, bands.rings) == ([0.0, 0.25, 0.5], 256, 12)
    assert 0 < bands.half_width[0] < bands.half_width[1] < bands.half_width[2]


def test_a_network_that_leaves_the_filling_open_has_no_bands(surrogate):
    network = Network.load(surrogate)
    for weights in network.model.parameters():
        weights.data.zero_()  # its density knows nothing of mu
    settings = BandSettings(stream=9, realizations=12, coverage=0.9)
    assert calibrate(network, settings, 1, threads=1) is None
    said = []
    assert finishing(settings, 1, 1)(network.model, network.card, said.append) == (
        {},
        {"bands": None},
    )
    assert "no bands" in said[0]


def test_bands_are_written_and_said_where_they_were_calibrated(surrogate, tmp_path):
    V = drawn(0.25, rings=3)
    ran = predict(surrogate, V, tmp_path, "--bands", tmp_path / "b.npy")
    assert ran.returncode == 0, ran.stderr
    assert "90% of the sites within" in ran.stdout
    assert "calibrated on 12 rings of 256 sites at each of 3 V0 up to 0.5 t" in ran.stdout
    widths = np.load(tmp_path / "b.npy")
    right = Network.load(surrogate).bands(V).half_width
    np.testing.assert_allclose(widths, np.broadcast_to(right[:, None], V.shape))


def test_a_ring_without_a_band_is_named_and_alone_refused(surrogate, tmp_path):
    V = np.concatenate([drawn(0.25, rings=2), drawn(0.25, rings=1, law="gaussian", correlation=3)])
    ran = predict(surrogate, V, tmp_path, "--bands", tmp_path / "b.npy")
    assert ran.returncode == 0
    assert "no band in ring 3: its sites are correlated; calibrated on" in ran.stderr
    assert np.isnan(np.load(tmp_path / "b.npy")).all(-1).tolist() == [False, False, True]
    assert predict(surrogate, V[2], tmp_path).returncode == 0
    (tmp_path / "b.npy").unlink()
    ran = predict(surrogate, V[2], tmp_path, "--bands", tmp_path / "b.npy")
    assert ran.returncode == 2
    assert not (tmp_path / "b.npy").exists()


def test_a_network_without_bands_says_how_to_come_by_them(tmp_path):
    ran = predict(
        affine("surrogate", tmp_path), drawn(), tmp_path, "--bands", tmp_path / "b.npy", "--force"
    )
    assert ran.returncode == 1
    assert "has no bands calibrated; train it again" in ran.stderr


def test_bands_are_drawn_about_delta_of_the_rings_that_have_them(surrogate, tmp_path, monkeypatch):
    V = np.concatenate([drawn(0.25, rings=1), drawn(0.25, rings=1, law="gaussian", correlation=3)])
    monkeypatch.setattr(drawing.plt, "close", lambda figure: None)  # conftest closes it
    ran = predict(surrogate, V, tmp_path, "--figure", tmp_path / "a.png")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    above, below = drawing.plt.gcf().axes
    assert [line.get_ydata().tolist() for line in above.lines] == V.tolist()
    delta = np.load(tmp_path / "d.npy")
    assert [line.get_ydata().tolist() for line in below.lines] == delta.tolist()
    (band,) = below.collections  # the other ring is correlated
    reach = band.get_paths()[0].vertices[:, 1]
    width = Network.load(surrogate).bands(V).half_width[0]
    assert reach.max() == pytest.approx(delta[0].max() + width)


def test_a_figure_in_another_format_is_refused_before_any_work(surrogate, tmp_path):
    ran = predict(surrogate, drawn(), tmp_path, "--figure", tmp_path / "a.gif")
    assert ran.returncode == 1 and ".pdf or .png" in ran.stderr
    assert not (tmp_path / "d.npy").exists()
