"""The pictures of the front pages: small, and those that their script draws."""

import runpy

import numpy as np
import pytest
from matplotlib import image

from gapworks.study import STUDIES
from tests.conftest import ROOT

FOLDER = ROOT / "docs/pictures"
MOST_BYTES = 120_000


def test_there_is_a_small_one_for_each_study():
    sizes = {path.stem: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(sizes) == set(STUDIES)
    assert max(sizes.values()) <= MOST_BYTES
    for page in (ROOT / "README.md", ROOT / "docs/index.md"):
        assert all(f"pictures/{name}.png)" in page.read_text() for name in STUDIES)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder into which the script has drawn them."""
    folder = tmp_path_factory.mktemp("pictures")
    runpy.run_path(str(FOLDER / "make.py"))["main"](folder)
    return folder


@pytest.mark.parametrize("name", STUDIES)
def test_a_picture_is_the_one_that_the_script_draws(drawn, name):
    kept, made = (image.imread(place / f"{name}.png") for place in (FOLDER, drawn))
    assert kept.shape == made.shape
    assert kept.std() > 0.05
    assert np.abs(kept - made).mean() < 0.02
