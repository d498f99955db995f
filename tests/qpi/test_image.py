"""Images by the convolution theorem: the double sum they stand for, and what nature cannot tell."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.qpi import Parameters, bdg_matrix, direct_sum_image, image
from gapworks.qpi.physics.image import charge_on_lattice, green_on_grid
from gapworks.qpi.physics.parameters import D_VECTORS, IMPURITY_KINDS, IRREPS
from gapworks.qpi.physics.spin_blocks import angles, independent_blocks
from tests.support.superconductors import superconductors

few = settings(max_examples=12, deadline=None, derandomize=True)


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


@few
@given(superconductors(), st.sampled_from(["eq12", "ldos"]), st.integers(9, 17))
def test_any_image_is_the_double_sum(p, observable, N):
    a, b = image(p, N, observable), direct_sum_image(p, N, observable)
    # The band is rounded to 1e-13 meV in either, and that grows as 1 / broadening^2, and in T.
    assert relative(a, b) < 2e-13 / p.broadening**2


@few
@given(superconductors(), st.sampled_from(["eq12", "ldos"]), st.integers(9, 17))
def test_an_image_made_by_torch_is_the_same(p, observable, N):
    a, b = image(p, N, observable, device="cpu"), image(p, N, observable)
    assert relative(a, b) < 2e-13 / p.broadening**2


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no graphics card")
@pytest.mark.parametrize("dtype, bound", [(np.float64, 1e-11), (np.float32, 3e-6)])
def test_an_image_made_by_a_graphics_card_is_the_same(dtype, bound):
    p = Parameters("Eu", 0.7, broadening=0.3, eps0=30.0)
    assert relative(image(p, 128, dtype=dtype, device="cuda"), image(p, 128)) < bound


@pytest.mark.parametrize("irrep", IRREPS)
@pytest.mark.parametrize("kind", IMPURITY_KINDS)
def test_image_of_48_points_is_the_double_sum(irrep, kind):
    omega = {"scalar": 0.0, "sz": 1.0, "sx": -0.5}[kind]
    p = Parameters(irrep, 0.7, eps0=30.0, broadening=0.5, omega=omega, impurity_kind=kind)
    assert relative(image(p, 48), direct_sum_image(p, 48)) < 1e-12


@few
@given(superconductors(rashba=0.0))
def test_blocks_are_the_whole_matrix(p):
    """2 x 2 closed forms and the 4 x 4 inverse; the other spin is the mirror image it should be."""
    N = 12
    u = angles(N)
    H = bdg_matrix(p, u[:, None], u[None, :])
    G = np.linalg.inv((p.omega + 1j * p.broadening) * np.eye(4) - H)
    blocks = independent_blocks(p)
    hole = 2 if p.odd else 3
    for spin, block in enumerate(blocks):
        A, _ = green_on_grid(block, p.z, N, complex)
        parts = A[0], A[1], A[-1]
        hole = 2 + (spin if p.odd else 1 - spin)
        entries = G[..., spin, spin], G[..., spin, hole], G[..., hole, spin]
        for ours, theirs in zip(parts, entries, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * np.abs(G).max())


def test_full_form_goes_over_into_the_blocks():
    for irrep in IRREPS:
        p = Parameters(irrep, 0.7, phi=0.5, broadening=0.3, omega=0.5, eps0=30.0)
        q = Parameters(irrep, 0.7, phi=0.5, broadening=0.3, omega=0.5, eps0=30.0, rashba=1e-12)
        assert relative(image(q, 32), image(p, 32)) < 1e-11


@few
@given(superconductors(impurity_kind="scalar", phi=0.0, phi_triplet=0.0))
def test_sign_of_the_gap_is_invisible(p):
    negative = Parameters(**{**vars(p), "theta": p.theta + np.pi})
    if p.irrep in ("A1u", "A2u") or (p.irrep == "Eg" and np.sin(p.channel_angle)):
        return
    np.testing.assert_allclose(image(p, 24), image(negative, 24), atol=1e-12)


@pytest.mark.parametrize("irrep", ["A1g", "A2g", "Eg", "Eu"])
def test_sign_of_theta_is_visible(irrep):
    p, q = (Parameters(irrep, theta, broadening=0.3, eps0=30.0) for theta in (0.7, -0.7))
    assert relative(image(p, 64), image(q, 64)) > 0.01


@few
@given(superconductors(irrep="A1u", rashba=0.0, d_vector="closed"))
def test_a1u_and_a2u_are_one_in_the_charge(p):
    """A1u is sqrt(3) times A2u with its spins turned, whatever the energy and the impurity."""
    twin = Parameters(**{**vars(p), "irrep": "A2u", "delta": np.sqrt(3) * p.delta})
    np.testing.assert_allclose(image(p, 24), image(twin, 24), atol=1e-11)


def test_rashba_coupling_tells_a1u_from_a2u():
    shared = {"broadening": 0.3, "eps0": 30.0, "rashba": 5.0}
    a = image(Parameters("A1u", delta=1.0, **shared), 64)
    b = image(Parameters("A2u", delta=np.sqrt(3), **shared), 64)
    assert relative(a, b) > 0.1


def test_phase_is_visible_to_a_scalar_impurity_but_not_its_sign():
    for irrep in ("Eg", "Eu"):
        shared = {"irrep": irrep, "theta": 0.7, "broadening": 0.3, "eps0": 30.0}
        none, plus, minus = (image(Parameters(phi=f, **shared), 64) for f in (0, 1.2, -1.2))
        assert relative(plus, none) > 0.01
        assert relative(minus, plus) < 1e-11
        spin = {"impurity_kind": "sz", "omega": 0.5, **shared}
        plus, minus = (image(Parameters(phi=f, **spin), 64) for f in (1.2, -1.2))
        assert relative(minus, plus) > 1e-3


@pytest.mark.parametrize("irrep", ["A1g", "A2g", "A1u", "A2u"])
@pytest.mark.parametrize("rashba", [0.0, 4.0])
def test_image_of_a_one_dimensional_irrep_has_threefold_symmetry(irrep, rashba):
    p = Parameters(irrep, 0.7, broadening=0.3, eps0=30.0, rashba=rashba)
    rho = image(p, 36, "ldos")
    # b1 and b2 are 120 degrees apart: C6 takes b1 to b1 + b2 and b2 to -b1. A real part is even.
    i, j = np.mgrid[:36, :36]
    assert relative(rho[(i - j) % 36, i], rho) < 1e-11
    E = image(Parameters("E" + irrep[-1], 0.7, broadening=0.3, eps0=30.0), 36, "ldos")
    assert relative(E[(i - j) % 36, i], E) > 0.01


def test_printed_d_vector_turns_the_image_of_a_u_gap_round():
    for irrep in ("A1u", "A2u", "Eu"):
        closed, printed = (
            image(Parameters(irrep, 0.7, broadening=0.3, eps0=30.0, d_vector=d), 32)
            for d in D_VECTORS
        )
        turned = np.roll(printed[::-1, ::-1], 1, (0, 1))
        assert relative(turned, closed) < 1e-11
        assert relative(printed, closed) > 1e-6


def test_g_gaps_do_not_tell_eq12_from_ldos():
    for irrep in IRREPS:
        p = Parameters(irrep, 0.7, broadening=0.3, eps0=30.0)
        difference = relative(image(p, 64, "ldos"), image(p, 64))
        assert difference < 1e-11 if irrep.endswith("g") else difference > 1e-4


def test_sum_over_q_is_the_density_at_the_impurity():
    p = Parameters("Eu", 0.7, broadening=0.3, eps0=30.0)
    charge = charge_on_lattice(p, 40, complex)
    np.testing.assert_allclose(image(p, 40).mean(), -charge[0, 0].imag / np.pi, rtol=1e-10)


def test_single_precision_and_threads():
    p = Parameters("Eu", 0.7, broadening=0.3, eps0=30.0)
    exact = image(p, 128)
    single = image(p, 128, dtype=np.float32)
    by_torch = image(p, 128, dtype=np.float32, device="cpu")
    assert single.dtype == by_torch.dtype == np.float32
    assert relative(single, exact) < 3e-6
    assert relative(by_torch, exact) < 3e-6
    np.testing.assert_array_equal(image(p, 128, threads=2), exact)


def test_no_impurity_no_image():
    assert not image(Parameters("A1g", impurity=0.0), 16).any()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n_k": 1}, "n_k=1"),
        ({"n_k": 2.5}, "n_k=2.5"),
        ({"observable": "sts"}, "eq12, ldos"),
        ({"dtype": np.int32}, "float64 or float32"),
        ({"threads": 0}, "threads=0"),
        ({"device": "abacus"}, "device='abacus': torch cannot use it"),
        ({"device": "cuda:99"}, "device='cuda:99': torch cannot use it"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        image(Parameters("A1g"), **arguments)
