"""What a superconducting NbSe2 layer must obey, whatever its parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.qpi import Parameters, bdg_matrix
from gapworks.qpi.physics.hamiltonian import band, gap_matrix, harmonics, ising, on_grid, rashba
from gapworks.qpi.physics.parameters import D_VECTORS, IRREPS
from tests.support.superconductors import superconductors

many = settings(max_examples=40, deadline=None, derandomize=True)
momenta = st.floats(-np.pi, np.pi)
SY = np.array([[0, -1j], [1j, 0]])


def turned(u, v):
    """k after C3: a1 -> a2 - a1 and a2 -> -a1 in k.a under the rotation of k by -2 pi / 3."""
    return v - u, -u


def mirrored(u, v):
    """k after k_x -> -k_x: a1 -> -a1, a2 -> a2 - a1."""
    return -u, v - u


@many
@given(superconductors(), momenta, momenta)
def test_pairs_are_fermions(p, u, v):
    here, there = gap_matrix(p, u, v), gap_matrix(p, -u, -v)
    np.testing.assert_allclose(there, -here.T, atol=1e-13)


@many
@given(superconductors(), momenta, momenta)
def test_particles_and_holes_mirror_each_other(p, u, v):
    H, back = bdg_matrix(p, u, v), bdg_matrix(p, -u, -v)
    np.testing.assert_allclose(H, H.conj().T, atol=1e-12)
    exchange = np.kron([[0, 1], [1, 0]], np.eye(2))
    np.testing.assert_allclose(exchange @ H.conj() @ exchange, -back, atol=1e-11)


@many
@given(superconductors(), momenta, momenta)
def test_normal_state_has_the_symmetry_of_the_layer(p, u, v):
    for image in (turned, mirrored):
        np.testing.assert_allclose(band(p, *image(u, v)), band(p, u, v), atol=1e-11)
    np.testing.assert_allclose(ising(p, *turned(u, v)), ising(p, u, v), atol=1e-12)
    np.testing.assert_allclose(ising(p, *mirrored(u, v)), -ising(p, u, v), atol=1e-12)
    r, s = np.array(rashba(p, u, v)), np.array(rashba(p, *turned(u, v)))
    np.testing.assert_allclose(np.hypot(*r), np.hypot(*s), atol=1e-12)


@pytest.mark.parametrize("irrep", IRREPS)
@many
@given(angle=st.floats(0, np.pi), u=momenta, v=momenta)
def test_gap_belongs_to_its_irrep_under_c3(irrep, angle, u, v):
    """Rotated in space and spin it is itself (A), or a mixture of its two components (E)."""
    spin = np.diag(np.exp([-1j * np.pi / 3, 1j * np.pi / 3]))

    def gap(theta, u, v):
        return gap_matrix(Parameters(irrep, theta), u, v)

    # k.a after the turn, so Delta(R^-1 k) with spins turned by R.
    rotated = spin @ gap(angle, *turned(u, v)) @ spin.T
    # i s_y changes by no more than a sign that depends on 2 pi: none here.
    if irrep.startswith("A"):
        np.testing.assert_allclose(rotated, gap(angle, u, v), atol=1e-12)
        return
    shifts = [gap(angle + turn * 2 * np.pi / 3, u, v) for turn in (-1, 1)]
    assert min(np.abs(rotated - shifted).max() for shifted in shifts) < 1e-12


@many
@given(superconductors(), momenta, momenta)
def test_gap_has_a_definite_parity_under_the_horizontal_mirror(p, u, v):
    mirror = 1j * np.diag([1, -1])
    reflected = mirror @ gap_matrix(p, u, v) @ mirror.T
    sign = -1 if p.odd else 1
    np.testing.assert_allclose(reflected, sign * gap_matrix(p, u, v), atol=1e-14)


def test_printed_d_vector_is_not_closed_under_c3():
    spin = np.diag(np.exp([-1j * np.pi / 3, 1j * np.pi / 3]))
    u, v = 0.7, 1.9
    for d_vector in D_VECTORS:
        p = Parameters("A1u", d_vector=d_vector)
        rotated = spin @ gap_matrix(p, *turned(u, v)) @ spin.T
        closed = np.allclose(rotated, gap_matrix(p, u, v), atol=1e-12)
        assert closed == (d_vector == "closed")


def test_corrected_band_has_seven_shells():
    p = Parameters("A1g", eps0=0.0)
    c = harmonics(lambda u, v: band(p, u, v))
    m, n = np.mgrid[0:5, -4:5]
    m, n = m[np.abs(c) > 1e-10], n[np.abs(c) > 1e-10]
    # e^{i(m v + n u)} hops to n a1 + m a2, at the square distance n^2 + n m + m^2.
    assert sorted(set(n * n + n * m + m * m)) == [1, 3, 4, 7, 9, 12, 13]
    printed = Parameters("A1g", sixth_shell="printed")
    c = harmonics(lambda u, v: band(printed, u, v))
    assert abs(c[2, 4 + 2]) < 1e-12


@pytest.mark.parametrize(
    "field, value, message",
    [
        ("irrep", "B1g", "A1g, A2g, Eg, A1u, A2u, Eu"),
        ("impurity_kind", "sy", "scalar, sz, sx"),
        ("d_vector", "open", "closed, printed"),
        ("sixth_shell", 6, "corrected, printed"),
        ("broadening", 0.0, "> 0"),
        ("delta", -1.0, ">= 0"),
        ("theta", np.nan, "finite"),
        ("omega", "high", "real number"),
        ("impurity", np.inf, "finite"),
    ],
)
def test_impossible_parameters_are_named(field, value, message):
    with pytest.raises(ValueError, match=f"{field}=.*{message}"):
        Parameters(**{"irrep": "A1g", field: value})


def test_harmonics_give_the_functions_back_on_any_grid():
    p = Parameters("Eu", theta=0.7)
    u = 2 * np.pi * np.arange(24) / 24
    both = harmonics(lambda u, v: np.stack([band(p, u, v), ising(p, u, v)]))
    made = on_grid(both, 24)
    for one, function in zip(made, (band, ising), strict=True):
        np.testing.assert_allclose(one, function(p, u[None, :], u[:, None]), atol=1e-11)
