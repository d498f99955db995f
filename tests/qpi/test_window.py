"""Converged windows: what they converge to, how far, and that sharing the work changes no bit."""

from dataclasses import replace

import numpy as np
import pytest

from gapworks.qpi import (
    Ladder,
    Parameters,
    green_window,
    image,
    integrate,
    ldos_from_window,
    ldos_window,
    twisted_window,
    windows,
)
from gapworks.qpi.physics.grid_ladder import FLOOR
from gapworks.qpi.physics.image import charge_on_lattice
from gapworks.qpi.physics.ldos import relative_difference
from gapworks.qpi.physics.parameters import IMPURITY_KINDS, IRREPS
from gapworks.qpi.physics.t_matrix import impurity_matrix, t_matrix

ANY = {"theta": 0.7, "eps0": 30.0, "broadening": 0.5, "omega": 0.4, "phi": 0.5}


@pytest.mark.parametrize("irrep", IRREPS)
@pytest.mark.parametrize("rashba", [0.0, 4.0])
def test_ladder_is_the_sum_over_the_whole_grid(irrep, rashba):
    p = Parameters(irrep, rashba=rashba, **ANY)
    fine, coarse = green_window(p, size=32, n_effective=1024)
    for window in (fine, coarse):
        whole = twisted_window(p, 32, window.n_effective)
        for part in ("ee", "eh", "he", "local"):
            assert relative_difference(getattr(whole, part), getattr(window, part)) < FLOOR
        assert relative_difference(ldos_from_window(whole), ldos_from_window(window)) < FLOOR


@pytest.mark.parametrize("irrep, rashba", [*((irrep, 0.0) for irrep in IRREPS), ("Eg", 4.0)])
@pytest.mark.parametrize("N", [128, 256, 384, 512])
def test_a_plain_grid_is_gathered_to_single_precision(irrep, rashba, N):
    """Whatever the number of its points in a cell: 2, 4, 6 or 8 in each direction."""
    p = Parameters(irrep, rashba=rashba, **ANY)
    ladder = Ladder(p, (0.4,), 32, N, plain=True)
    for window in windows(ladder, map(integrate, ladder.sub_grids())):
        whole = twisted_window(p, 32, window.n_effective)
        for part in ("ee", "eh", "he", "local"):
            assert relative_difference(getattr(whole, part), getattr(window, part)) < 5e-7
    assert window.n_effective == N // 2


@pytest.mark.parametrize("irrep", ["A2g", "Eu"])
def test_shifted_grids_are_one_fine_grid(irrep):
    """Inside the window, the literal N_eff lattice and the sum over twisted ones agree."""
    for kind in IMPURITY_KINDS:
        p = Parameters(irrep, impurity_kind=kind, **ANY)
        charge = np.fft.fftshift(-charge_on_lattice(p, 128, complex).imag / np.pi)
        whole = ldos_from_window(twisted_window(p, 16, 128))[0]
        np.testing.assert_allclose(whole, charge[56:73, 56:73], atol=1e-12)


@pytest.mark.parametrize("irrep", IRREPS)
def test_stated_error_bounds_the_true_one(irrep):
    p = Parameters(irrep, **{**ANY, "broadening": 0.3})
    w = ldos_window(p, 32, accuracy=0.5, largest=4096)
    finer = ldos_window(p, 32, accuracy=1e-3, largest=16384)
    true = relative_difference(finer.values, w.values)
    assert w.converged and true <= w.error
    assert finer.n_effective > w.n_effective


@pytest.mark.parametrize("irrep", ["A1g", "A2u"])
def test_density_around_a_scalar_impurity_has_threefold_symmetry(irrep):
    p = Parameters(irrep, 0.7, broadening=0.5, eps0=30.0)
    values = ldos_from_window(green_window(p, size=32, n_effective=1024)[0])[0]
    i, j = np.mgrid[-8:9, -8:9]
    # C3 takes a1 to a2 - a1 and a2 to -a1.
    whole = values[i + 16, j + 16]
    assert relative_difference(whole, values[-i - j + 16, i + 16]) < FLOOR


def test_accuracy_out_of_reach_is_said_not_hidden():
    w = ldos_window(Parameters("A2u", broadening=0.1), 32, accuracy=1e-4, largest=2048)
    assert not w.converged and w.n_effective == 2048 and w.error > 1e-4
    assert np.isfinite(w.values).all()


def test_one_window_holds_every_impurity():
    p = Parameters("Eu", **ANY)
    fine, _ = green_window(p, size=16, n_effective=1024)
    for kind, v in (("scalar", -30.0), ("sz", 200.0), ("sx", 50.0)):
        q = replace(p, impurity=v, impurity_kind=kind)
        own = green_window(q, size=16, n_effective=1024)[0]
        np.testing.assert_array_equal(ldos_from_window(fine, q), ldos_from_window(own))


def test_energies_that_share_a_ladder_do_not_mix():
    p = Parameters("A1u", **ANY)
    together = green_window(p, (-1.0, 0.0, 1.0), 16, 1024)[0]
    for o, omega in enumerate((-1.0, 0.0, 1.0)):
        alone = green_window(p, omega, 16, 1024)[0]
        assert relative_difference(together.ee[o], alone.ee[0]) < 1e-12
        assert relative_difference(together.local[o], alone.local[0]) < 1e-12


def test_ranks_that_share_the_sub_grids_get_the_same_bits():
    ladder = Ladder(Parameters("Eg", **ANY), (0.0, 0.5), 16, 1024)
    serial = windows(ladder, map(integrate, ladder.sub_grids()))
    sub_grids = list(ladder.sub_grids())
    parts = {
        k: integrate(sub_grids[k]) for rank in range(3) for k in range(rank, len(sub_grids), 3)
    }
    shared = windows(ladder, (parts[k] for k in range(len(sub_grids))))
    for a, b in zip(serial, shared, strict=True):
        np.testing.assert_array_equal(a.ee, b.ee)
        np.testing.assert_array_equal(a.local, b.local)


def test_window_of_an_image_converged_on_its_grid():
    """At a large broadening the periodic lattice is converged too, and shows the same density."""
    p = Parameters("A1g", **{**ANY, "broadening": 8.0})
    w = ldos_window(p, 24, accuracy=1e-4)
    charge = np.fft.fft2(image(p, 512, "ldos")).real / 512**2
    lattice = np.fft.fftshift(charge)[256 - 12 : 256 + 12, 256 - 12 : 256 + 12]
    assert relative_difference(w.values, lattice) < 1e-4


def test_impurity_at_a_pole_stays_finite_and_is_flagged():
    p = Parameters("A1g", impurity=50.0)
    V = impurity_matrix(p)
    for G0 in (np.linalg.inv(V) + 0j, np.diag([1 / 50, 0.01, 0.01, -0.02]) + 0j):
        T, regular = t_matrix(G0, p)
        assert np.isfinite(T).all() and not regular
    assert t_matrix(np.zeros((4, 4)), p) == (pytest.approx(V), True)


def test_normal_metal_and_absent_impurity():
    assert not ldos_window(Parameters("Eu", impurity=0.0), 16, 0.1).values.any()
    w = ldos_window(Parameters("Eu", delta=0.0), 16, 0.1)
    assert w.converged and w.values.any()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 1}, "size=1"),
        ({"size": 16.0}, "size=16.0"),
        ({"accuracy": 0}, "accuracy=0"),
        ({"largest": 3000}, "power of two"),
        ({"size": 512, "largest": 1024}, "too small for a window of 512"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ldos_window(Parameters("A1g"), **arguments)


def test_a_plain_grid_that_the_cells_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="n_effective=192: give a multiple of 128"):
        Ladder(Parameters("A1g"), (0.0,), 20, 192, plain=True)


def test_large_ladders_are_shared_among_more():
    p = Parameters("A1g")
    shares = [len(list(Ladder(p, (0.0,), 64, N).sub_grids())) for N in (1024, 16384, 32768)]
    assert shares == [32, 32, 64]
