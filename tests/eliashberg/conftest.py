"""Spectra that the tests share."""

import numpy as np
import pytest

from tests.support.spectra import DRAWN

OMEGA = 0.01 * np.arange(1, 1001)


@pytest.fixture(scope="session")
def omega():
    """The paper's grid, meV."""
    return OMEGA


@pytest.fixture(scope="session")
def spectra():
    """Twenty complex and twenty simple spectra, shape (40, 1000)."""
    rng = np.random.default_rng(20211)
    rows = [DRAWN[kind](rng) for kind in ("complex", "simple") for _ in range(20)]
    return np.array(rows)


@pytest.fixture(scope="session")
def einstein():
    """Grid and spectrum of one mode: lambda = 1 at 20 meV."""
    grid = 0.01 * np.arange(1, 2501)
    a2f = np.zeros(grid.size)
    a2f[1999] = grid[1999] / 2 / 0.01
    return grid, a2f


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """A whole small study: data sets, networks, evaluations."""
    from tests.support.eliashberg_study import small_study  # torch: only where it is used

    return small_study(tmp_path_factory.mktemp("eliashberg"))


@pytest.fixture(scope="session")
def arrays(study):
    """Its complex data set."""
    from gapworks.factory.reading import read

    return read(study.data("complex"))


@pytest.fixture
def shown():
    """Draws a figure by its name, of evaluations with known content."""
    from tests.support import eliashberg_evaluations as known
    from tests.support.exhibits import drawn

    return lambda name, find=known.evaluated: drawn("eliashberg", name, find, known.planned())
