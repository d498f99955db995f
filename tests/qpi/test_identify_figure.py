"""The figure of `gapworks identify`: maps as read and as treated, of refused ones, too."""

import numpy as np
import pytest

from gapworks.qpi.inference.drawing import draw
from gapworks.qpi.inference.identify import Identification
from gapworks.readers import Maps, read_map
from tests.conftest import ROOT
from tests.support.command import gapworks_here

PROBABILITIES = {"A1g": 0.02, "A12u": 0.6, "A2g": 0.01, "Eg": 0.02, "Eu": 0.35}


@pytest.fixture
def drawn(monkeypatch):
    """The figure that `draw` would have saved."""
    kept = []
    monkeypatch.setattr(
        "gapworks.qpi.inference.drawing.save", lambda figure, paths: kept.append(figure)
    )
    return lambda maps, found: draw(maps, found, []) or kept.pop()


def pictures(figure):
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def test_maps_are_shown_as_read_and_as_treated_with_the_set_filled(drawn):
    maps = read_map(ROOT / "docs/examples/maps.npy", [0, 1], raster="lattice")
    members = ("A1u", "A2u", "Eu")
    figure = drawn(maps, Identification(members, PROBABILITIES, energies=(0.0, 1.0)))
    read, treated, second, _ = pictures(figure)
    assert np.array_equal(read, maps.values[0]) and np.array_equal(second, maps.values[1])
    assert treated.shape == (64, 64)
    bars = next(axes for axes in figure.axes if axes.patches)
    labels = [label.get_text() for label in bars.get_yticklabels()]
    filled = [bar.get_facecolor()[3] > 0 for bar in bars.patches]
    assert dict(zip(labels, filled, strict=True)) == {
        "A1g": False,
        "A1u or A2u": True,
        "A2g": False,
        "Eg": False,
        "Eu": True,
    }
    assert [bar.get_width() for bar in bars.patches] == list(PROBABILITIES.values())


def test_square_pixels_are_shown_at_their_size(drawn):
    values = np.random.default_rng(1).standard_normal((1, 40, 60))
    values[0, 3, 4] = np.nan
    maps = Maps(values, np.array([0.5]), "cartesian", (30.0, 20.0), ())
    figure = drawn(maps, Identification(refused="no structure"))
    assert figure.axes[0].images[0].get_extent() == [0, 30, 0, 20]
    assert [text.get_text() for text in figure.axes[2].texts] == ["refused"]


def test_refused_maps_are_drawn_and_nothing_else_is_written(tmp_path):
    file = tmp_path / "noise.npy"
    np.save(file, np.random.default_rng(4).standard_normal((2, 64, 64)))
    ran = gapworks_here(
        *("identify", file, "--energies", 0, 1, "--raster", "lattice"),
        *("--json", tmp_path / "a.json", "--figure", tmp_path / "a.png"),
    )
    assert ran.returncode == 2 and "no structure" in ran.stderr
    assert (tmp_path / "a.png").stat().st_size > 10_000
    assert not (tmp_path / "a.json").exists()
