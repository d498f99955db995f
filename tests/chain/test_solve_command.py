"""`gapworks solve chain` as users meet it: any file of V in, Delta of each site out, no network."""

import csv

import h5py
import numpy as np
import pytest

from gapworks.chain import solve
from tests.support.chain_networks import affine
from tests.support.command import gapworks_here

V = 0.4 * np.random.default_rng(5).uniform(-1, 1, (3, 64)) + 0.2
RIGHT = solve(V)


@pytest.fixture
def rings(tmp_path):
    np.save(tmp_path / "v.npy", V)
    return tmp_path / "v.npy"


def run(*words):
    return gapworks_here("solve", "chain", *words)


def table(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_a_file_of_rings_gives_delta_density_and_a_table(rings, tmp_path):
    names = {"output": "sites.csv", "csv": "rings.csv", "figure": "f.png"}
    written = [word for name, file in names.items() for word in (f"--{name}", tmp_path / file)]
    ran = run(rings, "--axis", "row", *written)
    assert ran.returncode == 0, ran.stderr
    assert "3 rings of 64 sites; coupling 1.5" in ran.stdout
    assert ran.stdout.count("converged") == 3
    assert "is taken off V: it shifts mu and nothing else" in ran.stderr
    sites = table(tmp_path / "sites.csv")
    for name, right in (("V", V), ("delta", RIGHT.delta), ("density", RIGHT.density)):
        found = np.array([float(row[name]) for row in sites]).reshape(V.shape)
        np.testing.assert_allclose(found, right, atol=1e-9)
    assert [(row["ring"], row["site"]) for row in sites[63:66]] == [
        ("1", "63"),
        ("2", "0"),
        ("2", "1"),
    ]
    by_ring = table(tmp_path / "rings.csv")
    for name, right in (
        ("mean_delta", RIGHT.delta.mean(-1)),
        ("min_delta", RIGHT.delta.min(-1)),
        ("mu", RIGHT.mu),
        ("gap", RIGHT.gap),
        ("mean_density", 0.85),
    ):
        np.testing.assert_allclose([float(row[name]) for row in by_ring], right, atol=1e-7)
    assert {row["verdict"] for row in by_ring} == {"converged"}
    assert (tmp_path / "f.png").stat().st_size > 10_000


def test_arrays_and_hdf5_hold_the_same(rings, tmp_path):
    assert run(rings, "--axis", "row", "--output", tmp_path / "d.npy").returncode == 0
    assert run(rings, "--axis", "row", "--output", tmp_path / "d.h5").returncode == 0
    delta, density = np.load(tmp_path / "d.npy")
    np.testing.assert_allclose(delta, RIGHT.delta, atol=1e-9)
    with h5py.File(tmp_path / "d.h5") as file:
        assert np.array_equal(file["delta"], delta)
        assert np.array_equal(file["density"], density)
        assert np.array_equal(file["V"], V)
        np.testing.assert_allclose(file["mu"], RIGHT.mu, atol=1e-9)
        assert file["delta"].dims[1].keys() == ["site"]
    # What was written is read again, and leaves no question of its axes.
    again = run(tmp_path / "d.h5", "--output", tmp_path / "again.npy")
    assert again.returncode == 0
    assert "one ring a row, as its labels say" in again.stderr
    np.testing.assert_allclose(np.load(tmp_path / "again.npy")[0], delta, atol=1e-9)


def test_a_ring_a_column_is_asked_for_and_then_the_same(rings, tmp_path):
    np.savetxt(tmp_path / "v.csv", V.T, delimiter=",")
    asked = run(tmp_path / "v.csv")
    assert asked.returncode == 2
    assert "3 rings of 64? Say --axis row, or --axis column" in asked.stderr
    ran = run(tmp_path / "v.csv", "--axis", "column", "--output", tmp_path / "d.npy")
    assert ran.returncode == 0
    np.testing.assert_allclose(np.load(tmp_path / "d.npy")[0], RIGHT.delta, atol=1e-9)


@pytest.mark.parametrize("constant", [0.0, -7.3, 1e3])
def test_a_constant_in_V_changes_nothing_but_mu(tmp_path, constant):
    shifted = (V[0] + 1e3 - 1e3) + constant
    np.save(tmp_path / "v.npy", shifted)
    ran = run(tmp_path / "v.npy", "--output", tmp_path / "d.npy", "--csv", tmp_path / "r.csv")
    assert ran.returncode == 0
    right = solve(V[0] + 1e3 - 1e3 - (V[0] + 1e3 - 1e3).mean())
    np.testing.assert_allclose(np.load(tmp_path / "d.npy")[0], right.delta, rtol=0, atol=1e-10)
    (row,) = table(tmp_path / "r.csv")
    assert float(row["mu"]) == pytest.approx(RIGHT.mu[0] + constant, abs=1e-8)


def test_mu_can_be_held_and_the_model_chosen(tmp_path):
    np.save(tmp_path / "v.npy", V[0])
    held = run(tmp_path / "v.npy", "--mu", "-0.9", "--output", tmp_path / "d.npy")
    assert held.returncode == 0
    assert "taken off" not in held.stderr
    right = solve(V[0], mu=-0.9)
    np.testing.assert_allclose(np.load(tmp_path / "d.npy")[0], right.delta, atol=1e-9)
    words = ("--coupling", 2, "--filling", 0.6, "--hartree", "none", "--tolerance", 1e-9)
    assert run(tmp_path / "v.npy", *words, "--output", tmp_path / "d.npy").returncode == 0
    right = solve(V[0], coupling=2, filling=0.6, hartree="none")
    np.testing.assert_allclose(np.load(tmp_path / "d.npy")[0], right.delta, atol=1e-7)


def test_energies_in_another_unit_are_asked_for_and_divided_by_the_hopping(tmp_path):
    text = "V (meV)\n" + "\n".join(f"{value:.9f}" for value in 80 * V[0]) + "\n"
    (tmp_path / "v.txt").write_text(text)
    asked = run(tmp_path / "v.txt")
    assert asked.returncode == 2
    assert "give the hopping t in meV by --hopping" in asked.stderr
    ran = run(tmp_path / "v.txt", "--hopping", 80, "--output", tmp_path / "d.npy")
    assert ran.returncode == 0
    np.testing.assert_allclose(np.load(tmp_path / "d.npy")[0, 0], RIGHT.delta[0], atol=1e-7)


def test_rings_without_a_solution_are_named_and_alone_refused(tmp_path):
    both = np.stack([V[0], np.where(np.arange(64) % 2, 60.0, -60.0)])
    np.save(tmp_path / "v.npy", both)
    ran = run(tmp_path / "v.npy", "--axis", "row", "--output", tmp_path / "d.npy")
    assert ran.returncode == 0
    assert "1 of 2 rings not solved (2): " in ran.stderr
    assert "is it in units of t?" in ran.stderr
    delta, density = np.load(tmp_path / "d.npy")
    assert np.isnan(delta).all(-1).tolist() == np.isnan(density).all(-1).tolist() == [False, True]
    np.save(tmp_path / "v.npy", both[1])
    alone = run(tmp_path / "v.npy", "--output", tmp_path / "other.npy")
    assert alone.returncode == 2
    assert "no ring was solved: nothing was written" in alone.stderr
    assert not (tmp_path / "other.npy").exists()


def test_a_short_ring_is_solved_and_said(tmp_path):
    (tmp_path / "v.txt").write_text("0.1\n-0.2\n0.3\n0.05\n0.2\n-0.1\n")
    ran = run(tmp_path / "v.txt")
    assert ran.returncode in (0, 2)
    assert "rings of 6 sites: levels are far apart" in ran.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere.npy"], 1, "cannot be read"),
        (["{file}", "--axis", "row", "--output", "{file}"], 1, "would be written over"),
        (["{file}", "--axis", "row", "--output", "d.gif"], 2, "d.gif"),
        (["{file}", "--axis", "column"], 0, "rings of 3 sites"),
        (["{file}", "--axis", "row", "--filling", "2"], 1, "below 2"),
        (["{file}", "--filling", "1", "--mu", "0"], 2, "not allowed with"),
        (["{file}", "--axis", "row", "--tolerance", "1e-40"], 1, "tolerance"),
        (["{file}", "--coupling", "-1"], 2, "--coupling"),
        ([], 2, "FILE"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(rings, capsys, words, code, said):
    before = rings.read_bytes()
    try:
        ran = run(*(word.format(file=rings) for word in words))
        assert ran.returncode in {code, 2 if code == 0 else code}
        assert said in ran.stderr
    except SystemExit as left:  # of the parser
        assert left.code == code
        assert said in capsys.readouterr().err
    assert rings.read_bytes() == before


def test_any_start_leads_to_the_same_solution(rings, tmp_path):
    network = affine("surrogate", tmp_path)
    plain = run(rings, "--axis", "row", "--output", tmp_path / "a.npy")
    begun = run(rings, "--axis", "row", "--start", network, "--output", tmp_path / "b.npy")
    assert (plain.returncode, begun.returncode) == (0, 0)
    assert "started from surrogate.safetensors" in begun.stderr
    a, b = np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy")
    np.testing.assert_allclose(a, b, atol=1e-9)
    other = run(rings, "--axis", "row", "--start", network, "--coupling", 2)
    assert other.returncode == 0
    assert "knows other physics" in other.stderr
    assert run(rings, "--axis", "row", "--start", affine("window", tmp_path)).returncode == 1


def test_the_solver_starts_where_it_is_told():
    longer = 0.4 * np.random.default_rng(1).uniform(-1, 1, (4, 256))
    right = solve(longer)
    off = 1e-4 * np.random.default_rng(2).standard_normal(longer.shape)
    s = solve(longer, start=(right.delta + off, right.density - off, right.mu + off[:, 0]))
    assert s.converged.all()
    assert (s.iterations < right.iterations).all()
    np.testing.assert_allclose(s.delta, right.delta, atol=1e-10)


def test_a_start_far_off_is_given_up_for_the_usual_one():
    wild = solve(V, start=(0 * V, 0 * V, 0 * RIGHT.mu))
    assert wild.converged.all()
    np.testing.assert_allclose(wild.delta, RIGHT.delta, atol=1e-9)


@pytest.mark.parametrize(
    "start",
    [
        (V, V),
        (V, V, V),
        (V[0], V, RIGHT.mu),
        (V * np.nan, V, RIGHT.mu),
    ],
)
def test_a_start_that_does_not_fit_is_an_error(start):
    with pytest.raises(ValueError, match="start"):
        solve(V, start=start)
