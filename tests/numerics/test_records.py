"""Records at a prompt: one or two lines, with what one looks at first; copied and pickled whole."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

from gapworks import chain, eliashberg, qpi
from gapworks.numerics.records import WIDEST, shown
from gapworks.readers import read_a2f, read_dos, read_map


@dataclasses.dataclass(frozen=True)
class Inner:
    value: float


@shown("a", "b", "c", "d", "e", "f", "g", "h")
@dataclasses.dataclass(frozen=True, repr=False)
class Record:
    a: object = None
    b: object = None
    c: object = None
    d: object = None
    e: object = None
    f: object = None
    g: object = None
    h: object = None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.array([[1.0, 2.5], [np.nan, 3.0]]), "a 2x2: 1 to 3"),
        (np.array([3.0, 4.0j]), "a 2: |3| to |4|"),
        (np.array([True, False, True]), "a 2 of 3"),
        (np.array(True), "a yes"),
        (np.float64(1 / 3), "a 0.3333"),
        (np.array(2), "a 2"),
        (np.full(3, np.nan), "a 3: nan"),
        (np.empty(0), ""),
        ((), ""),
        (("x", 1.0), "a (x, 1)"),
        (tuple(range(9)), "a (9)"),
        ({"x": 0.25}, "a {x: 0.25}"),
        ("meV", "a meV"),
        (False, "a no"),
    ],
)
def test_a_value_is_shown_by_what_one_looks_at_first(value, said):
    assert repr(Record(a=value)) == f"Record({said})"


def test_a_long_record_takes_two_lines_and_no_more():
    record = Record(*(np.linspace(i, 10**i, 5) for i in range(8)))
    first, second = repr(record).split("\n")
    assert len(first) <= WIDEST and first.endswith(",")
    assert second.startswith("    ") and second.endswith(")")


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """A record of each kind that people get, by its class's name."""
    folder = tmp_path_factory.mktemp("records")
    omega = np.linspace(0.5, 10, 40)
    a2f = np.exp(-((omega - 5) ** 2))
    np.savetxt(folder / "a.csv", np.column_stack([omega, a2f]), delimiter=",", header="meV a2F")
    energy = np.linspace(-5, 5, 41)
    dos = np.column_stack([energy, 1 + 0.1 * np.cos(energy)])
    np.savetxt(folder / "dos.csv", dos, delimiter=",", header="energy_meV,dos")
    np.save(folder / "maps.npy", np.random.default_rng(1).normal(size=(2, 8, 8)))
    m = eliashberg.solve_matsubara(omega, a2f, n_matsubara=64)
    p = qpi.Parameters(irrep="A1g", broadening=5.0)
    made = [
        chain.solve(np.zeros((2, 12)) + [[0.1], [0.2]]),
        m,
        eliashberg.continue_to_real_axis(m, np.array([1.0, 2.0])),
        eliashberg.solve(folder / "a.csv", 0.1),
        read_a2f(folder / "a.csv"),
        read_dos(folder / "dos.csv"),
        read_map(folder / "maps.npy", energies=[0.0, 1.0], raster="lattice"),
        qpi.ldos_window(p, 8, 0.5),
        qpi.Identification(set=("A1g",), probabilities={"A1g": 0.97, "Eg": 0.03}),
    ]
    return {type(one).__name__: one for one in made}


KINDS = (
    *("Solution", "MatsubaraSolution", "RealAxisSolution", "Forward", "Spectra", "Measured"),
    *("Maps", "LdosWindow", "Identification"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_solution_is_shown_in_two_lines_at_most_and_never_as_arrays(solved, kind):
    said = repr(solved[kind])
    assert said.startswith(f"{kind}(") and said.endswith(")")
    assert "array(" not in said and "object at" not in said
    assert len(lines := said.split("\n")) <= 2
    assert max(map(len, lines)) <= 2 * WIDEST


@pytest.mark.parametrize("kind", KINDS)
def test_a_solution_is_copied_and_pickled_to_the_last_bit(solved, kind):
    one = solved[kind]
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert type(other) is type(one)
        for field in dataclasses.fields(one):
            mine, its = getattr(one, field.name), getattr(other, field.name)
            if isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(mine, its)
                assert mine.dtype == its.dtype
            else:
                assert mine == its, field.name


def test_the_gap_of_a_solved_ring_is_read_off_the_prompt(solved):
    said = repr(solved["Solution"])
    assert f"gap 2: {solved['Solution'].gap.min():.4g}" in said
    assert "converged 2 of 2" in said
