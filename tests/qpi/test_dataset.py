"""The qpi study's data: balanced, drawn by index, and enough to make any image of them."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray

from gapworks.factory.errors import DataError
from gapworks.factory.ranks import World
from gapworks.factory.reading import read, verify
from gapworks.factory.shards import simulate_shard
from gapworks.qpi import Parameters, bdg_matrix, ldos_window
from gapworks.qpi.config import CLASSES
from gapworks.qpi.data import dataset
from gapworks.qpi.data.draw import draw, irrep
from gapworks.qpi.physics.fermi_surface import gap_rms
from gapworks.qpi.physics.hamiltonian import band, gap_components, ising
from gapworks.qpi.physics.image import image
from tests.support.qpi_study import simulation

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def windows():
    return dataset.simulate(simulation(), 0, 10, threads=1)


def drawn(count, **physics):
    chosen = simulation(physics=physics)
    return [draw(chosen.seed, chosen.stream, chosen.physics, index) for index in range(count)]


def test_classes_take_turns_and_both_irreps_are_in_A12u():
    names = [irrep(index) for index in range(20)]
    assert [label for _, label in names] == list(range(5)) * 4
    assert [name for name, label in names if CLASSES[label] == "A12u"] == ["A1u", "A2u"] * 2
    assert all(name == CLASSES[label] for name, label in names if label != 1)


def test_parameters_fill_their_ranges_and_nothing_beyond():
    samples = drawn(3000, eps0=[-300, 100], broadening=[0.1, 1.0])
    ranges = {"delta": (0.2, 2), "eps0": (-300, 100), "broadening": (0.1, 1.0)}
    for name, (low, high) in ranges.items():
        values = np.array([getattr(sample.p, name) for sample in samples])
        place = (values - low) / (high - low)
        assert 0 <= place.min() < 0.01
        assert 0.99 < place.max() <= 1
        assert np.mean(place) == pytest.approx(0.5, abs=0.03)
    v = np.array([sample.p.impurity for sample in samples])
    assert (abs(v) >= 20).all() and (abs(v) <= 300).all()
    assert np.mean(v > 0) == pytest.approx(0.5, abs=0.03)
    theta = np.array([s.p.theta for s in samples if s.p.irrep not in ("A1u", "A2u")])
    assert (theta >= 0).all() and (theta < np.pi).all()
    assert np.mean(theta) == pytest.approx(np.pi / 2, abs=0.06)
    assert {s.p.theta for s in samples if s.p.irrep in ("A1u", "A2u")} == {0.0}


def test_no_two_parameters_go_together():
    samples = drawn(4000, broadening=[0.1, 1.0])
    names = ("theta", "delta", "eps0", "impurity", "broadening")
    table = [[getattr(s.p, name) for name in names] for s in samples if s.label != 1]
    correlation = np.corrcoef(np.transpose(table)) - np.eye(len(names))
    assert abs(correlation).max() < 0.06


def test_another_range_leaves_the_other_parameters_as_they_were():
    for one, other in zip(drawn(10), drawn(10, eps0=[0, 1]), strict=True):
        assert replace(one.p, eps0=0) == replace(other.p, eps0=0)
        assert 0 <= other.p.eps0 <= 1


def test_another_band_of_config_yaml_is_the_band_of_the_samples():
    hopping = [40.0, 80.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    one, other = drawn(1)[0].p, drawn(1, hopping=hopping, spin_orbit=[0.0, 7.0])[0].p
    assert replace(other, hopping=one.hopping, spin_orbit=one.spin_orbit) == one
    # At k = 0 all cosines are 1: six neighbours in each shell, twelve in the fourth and seventh.
    shells = np.array([6, 6, 6, 12, 6, 6, 12])
    assert band(other, 0.0, 0.0) == pytest.approx(other.eps0 + shells @ hopping)
    # Eq. 5 by hand.
    a, b = 0.2, 0.5
    g = np.sin(4 * a) - 2 * np.sin(2 * a) * np.cos(2 * b)
    assert ising(other, 2 * a, b + a) == pytest.approx(2 * 7.0 * g)
    for wrong in ([1.0], "1234567", 3.0, [1, 2, 3, 4, 5, 6, np.nan]):
        with pytest.raises(ValueError, match="hopping"):
            Parameters("A1g", hopping=wrong)


def test_stored_windows_give_the_density_of_states_of_any_impurity(windows):
    """T = V / (1 - G_0 V) and A(r) T A(-r) from what is stored, in the block of one spin."""
    for i in range(10):
        sample = draw(simulation().seed, 1, simulation().physics, i)
        ee, hh, eh, he = windows["local"][i, 1]
        for v in (sample.p.impurity, 55.0):
            V = np.diag([v, -v])
            T = V @ np.linalg.inv(np.eye(2) - np.array([[ee, eh], [he, hh]]) @ V)
            # Cut to the r whose -r is in the window, too: its centre is at 8 of 16.
            A = windows["green"][i, 1, :, 1:, 1:].astype(complex)
            back = A[:, ::-1, ::-1]
            charge = sum(
                T[a, b] * A[(0, 1)[a]] * back[(0, 2)[b]] for a in range(2) for b in range(2)
            )
            # The other spin: the same for the u gaps, r -> -r for the g gaps.
            other = charge if sample.p.odd else charge[::-1, ::-1]
            ldos = -(charge + other).imag / np.pi
            p = replace(sample.p, impurity=v, omega=1.0)
            wanted = ldos_window(p, size=16, accuracy=0.5, largest=1024).values
            assert np.linalg.norm(ldos - wanted[1:, 1:]) < 3e-6 * np.linalg.norm(wanted)


def test_A1u_looks_like_A2u_of_the_reported_delta(windows):
    sample = draw(simulation().seed, 1, simulation().physics, 1)
    assert sample.p.irrep == "A1u"
    assert windows["delta_reported"][1] == pytest.approx(np.sqrt(3) * sample.p.delta)
    twin = replace(sample.p, irrep="A2u", delta=windows["delta_reported"][1])
    one, other = (ldos_window(p, 16, 0.5, largest=1024).values for p in (sample.p, twin))
    np.testing.assert_allclose(one, other, atol=1e-9 * abs(one).max())
    assert gap_rms(sample.p) == pytest.approx(gap_rms(twin), rel=1e-9)
    others = [i for i in range(10) if i != 1]
    np.testing.assert_array_equal(windows["delta_reported"][others], windows["delta"][others])


@pytest.mark.parametrize("name", dataset.Irrep.__members__)
def test_gap_rms_is_that_of_the_gap_on_the_fermi_line(name):
    """Against the line itself, where xi changes sign along the rows of a fine grid."""
    p = Parameters(name, theta=0.6, delta=0.7, eps0=20.0)
    N = 800
    u, v = np.arange(N)[:, None] * 2 * np.pi / N, np.arange(N)[None, :] * 2 * np.pi / N
    xi = band(p, u, v) + ising(p, u, v)
    s, t, fx, fy = gap_components(p, u, v)
    D = np.abs(fx + 1j * fy if p.odd else s - t) ** 2
    # The integral of delta(xi) along a row: 1 / |d xi / du| at every change of sign.
    step = np.roll(xi, -1, 0) - xi
    crossing = xi * (xi + step) < 0
    weight = 1 / abs(step[crossing])
    D = D[crossing]
    assert gap_rms(p) == pytest.approx(np.sqrt((weight * D).sum() / weight.sum()), rel=0.03)
    assert gap_rms(replace(p, delta=1.4)) == pytest.approx(2 * gap_rms(p), rel=1e-12)


def test_gap_rms_knows_the_symmetry_of_the_lattice():
    for name in ("Eg", "Eu"):
        turned = [gap_rms(Parameters(name, theta=0.2 + k * np.pi / 3)) for k in range(3)]
        assert turned == pytest.approx([turned[0]] * 3, rel=1e-9)
    with pytest.raises(ValueError, match="rashba"):
        gap_rms(Parameters("A1u", rashba=3.0))


@pytest.mark.parametrize("window, n_effective", [(16, 128), (20, 192)])
def test_a_literal_window_is_that_of_one_grid(window, n_effective):
    """Also of one that the cells of the ladder do not divide."""
    physics = {"energies": [0.5], "broadening": [0.1, 0.1], "window": window}
    chosen = simulation("literal_train", physics=physics, n_effective=n_effective)
    made = dataset.simulate(chosen, 2, 5, threads=1)
    N = chosen.n_effective
    u = 2 * np.pi * np.arange(N) / N
    for row, index in enumerate(range(2, 5)):
        p = draw(chosen.seed, 1, chosen.physics, index).p
        H = bdg_matrix(p, u[:, None], u[None, :])
        G = np.linalg.inv((0.5 + 0.1j) * np.eye(4) - H)
        A = np.fft.ifft2(G, axes=(0, 1))
        r = np.arange(window) - window // 2
        hole = 2 if p.odd else 3
        for k, (a, b) in enumerate(((0, 0), (0, hole), (hole, 0))):
            wanted = A[r[:, None], r, a, b]
            atol = 1e-6 * abs(A[..., 0, 0]).max()
            np.testing.assert_allclose(made["green"][row, 0, k], wanted, atol=atol)
        np.testing.assert_allclose(
            made["local"][row, 0],
            [A[0, 0, a, b] for a, b in ((0, 0), (hole, hole), (0, hole), (hole, 0))],
            atol=1e-12,
        )
    assert made["error"].max() > 0.2  # speckle, and said to be
    assert made["valid"].all()


def test_the_fidelity_set_holds_images_of_eq_12(tmp_path):
    chosen = simulation("fidelity", physics={"energies": [0.0]})
    header = simulate_shard(dataset, chosen, 0, 5, tmp_path / "0-5.h5", threads=2)
    assert header.shapes["image"] == (5, 128, 128)
    assert not {"green", "local"} & header.shapes.keys()
    made = read(tmp_path / "0-5.h5", ["image"])["image"]
    for index in range(5):
        p = draw(chosen.seed, chosen.stream, chosen.physics, index).p
        np.testing.assert_allclose(made[index], image(p, 128), atol=2e-5 * abs(made[index]).max())


def test_a_sample_that_is_not_converged_is_flagged_and_kept(tmp_path):
    chosen = simulation(solver={"max_error": 1e-9})
    made = dataset.simulate(chosen, 0, 2, threads=1)
    assert made["valid"].tolist() == [False, False]
    assert set(made["reason"]) == {dataset.Reason.NOT_CONVERGED}
    assert np.isfinite(made["green"]).all()
    with pytest.raises(DataError, match="2 of 2 samples failed"):
        simulate_shard(dataset, chosen, 0, 2, tmp_path / "0-2.h5", threads=1)


def test_the_same_bits_whatever_the_cut_and_the_threads(windows):
    for threads, cuts in ((1, (0, 3, 4, 10)), (3, (0, 10))):
        pieces = [
            dataset.simulate(simulation(), *bounds, threads)
            for bounds in zip(cuts, cuts[1:], strict=False)
        ]
        for name in windows:
            whole = np.concatenate([piece[name] for piece in pieces])
            np.testing.assert_array_equal(whole, windows[name])


def test_complex_arrays_are_read_by_xarray_and_an_edit_is_noticed(tmp_path, windows):
    path = tmp_path / "0-3.h5"
    simulate_shard(dataset, simulation(), 0, 3, path, threads=1)
    with xarray.open_dataset(path, engine="h5netcdf") as opened:
        assert opened["green"].dtype == np.complex64
        assert opened["local"].dtype == np.complex128
        at_zero = opened["green"].sel(row=0, column=0).values
        np.testing.assert_allclose(at_zero[..., 0], opened["local"].values[..., 0], rtol=1e-6)
        assert opened["component"].flag_meanings == "ee eh he"
        assert opened["local_component"].flag_meanings == "ee hh eh he"
        np.testing.assert_array_equal(opened["green"].values, windows["green"][:3].astype("c8"))
    content = bytearray(path.read_bytes())
    place = content.find(windows["green"][1, 0, 0, 4].astype("<c8").tobytes())
    assert place > 0
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="was altered"):
        verify(path)


def simulated(folder, ranks, share="samples", chosen=None, stop=5):
    """Checksums of a shard made by the command line on real ranks."""
    output = folder / f"{ranks}-{share}" / f"0-{stop}.h5"
    launcher = [BIN / "mpiexec", "-n", str(ranks)] if ranks > 1 else []
    expected = ["--ranks", str(ranks)] if ranks > 1 else []
    ran = subprocess.run(
        [*launcher, BIN / "gapworks", "simulate", "qpi", *expected, "--share", share]
        + ["--settings", (chosen or simulation()).canonical_json()]
        + ["--start", "0", "--stop", str(stop), "--output", output],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran, output


@pytest.mark.skipif(not (BIN / "mpiexec").exists(), reason="set up with MPI=site: no MPI here")
def test_a_shard_is_the_same_on_any_number_of_ranks_whatever_they_share(tmp_path):
    checksums = []
    for ranks, share in (
        (1, "samples"),
        (2, "samples"),
        (3, "samples"),
        (2, "grids"),
        (3, "grids"),
    ):
        ran, output = simulated(tmp_path, ranks, share)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.count("qpi/train samples 0-5, identity") == 1
        checksums.append(verify(output).checksums)
    assert all(one == checksums[0] for one in checksums)


def test_more_ranks_than_sub_grids_are_refused(tmp_path):
    crowd = World()
    crowd.size = 1000
    with pytest.raises(DataError, match="1000 ranks cannot share the 32 sub-grids"):
        dataset.simulate_shared(simulation(), 0, 1, 1, crowd)


def test_what_has_no_sub_grids_cannot_share_them(tmp_path):
    chosen = simulation("fidelity", physics={"energies": [0.0]})
    ran, output = simulated(tmp_path, 1, "grids", chosen)
    assert ran.returncode == 1
    assert "qpi/fidelity has no sub-grids (kind: image)" in ran.stderr
    assert "--share samples" in ran.stderr
    assert not output.exists()


def test_settings_survive_the_way_through_the_command_line():
    for name in ("train", "literal_test", "fidelity"):
        chosen = simulation(name)
        again = dataset.Settings.model_validate(json.loads(chosen.canonical_json()))
        assert again == chosen
        assert again.identity == chosen.identity
