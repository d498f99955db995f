"""The fields of a data set, a2F, gap function and DOS, and its parts.

Delta is complex here; networks, which know real numbers only, take each field as rows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.interpolate import CubicSpline

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.physics.solution import density_of_states
from gapworks.factory.container import Coordinate

Arrays = Mapping[str, np.ndarray]
"""Of a data set: solved, or made by an autoencoder (which holds the fields themselves)."""


class Split(IntEnum):
    """What a sample is for."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2


def boson_grid(physics: Physics) -> np.ndarray:
    """omega_j of the spectral functions, shape (points,), meV."""
    return physics.cutoff / physics.points * np.arange(1, physics.points + 1)


def real_energies(physics: Physics) -> np.ndarray:
    """Real parts of the energies at which the gap function is kept, shape (energies,), meV."""
    return physics.highest_energy / physics.energies * np.arange(1, physics.energies + 1)


def grids(arrays: Arrays) -> dict[str, Coordinate]:
    """The dimensions of functions in files: omega, energy, and the numbers of a gap function."""
    numbers = np.arange(2 * len(arrays["energy"]))
    return {
        "omega": Coordinate(arrays["omega"], "meV", "boson energy"),
        "energy": Coordinate(arrays["energy"], "meV", "real part of the energy"),
        "gap_number": Coordinate(numbers, "1", "Re Delta at all energies, then Im Delta"),
    }


def gap_function(arrays: Arrays) -> np.ndarray:
    """Delta(x + i Gamma) of solved samples, complex, shape (n, energies), meV."""
    return arrays["delta_real"] + 1j * arrays["delta_imag"]


def as_numbers(delta: np.ndarray) -> np.ndarray:
    """Re Delta at all energies, then Im Delta: (n, 2 energies) from complex (n, energies)."""
    return np.concatenate([delta.real, delta.imag], axis=-1)


def as_complex(numbers: np.ndarray) -> np.ndarray:
    """Delta, shape (..., energies), from `as_numbers`."""
    half = numbers.shape[-1] // 2
    return numbers[..., :half] + 1j * numbers[..., half:]


@dataclass(frozen=True)
class Field:
    """One field of a sample, as networks take it and give it.

    Attributes
    ----------
    name : str
        In names of networks and of arrays.
    label : str
        In figures and tables.
    unit : str
    grid : str
        The coordinate of the data set along which it is given.
    functions : int
        Real functions on that grid: Re Delta and Im Delta are two.
    of : callable
        of(arrays, broadening) -> ndarray, shape (n, size), from a solved data set; broadening is
        Gamma of the energies x + i Gamma, meV.
    normal : float
        Its value in a normal metal: what differs from it tells one superconductor from another.
    refined : int
        Points for each of the grid's.
    """

    name: str
    label: str
    unit: str
    grid: str
    functions: int
    of: Callable[[Arrays, float], np.ndarray]
    normal: float = 0.0
    refined: int = 1

    def size(self, arrays: Arrays) -> int:
        """Numbers of a sample."""
        return self.functions * self.refined * len(arrays[self.grid])

    def take(self, arrays: Arrays, broadening: float) -> np.ndarray:
        """The field of every sample, shape (n, size); generated data hold it as it is."""
        return arrays[self.name] if self.name in arrays else self.of(arrays, broadening)


def _dos(arrays: Arrays, broadening: float) -> np.ndarray:
    delta = as_complex(arrays["gap"]) if "gap" in arrays else gap_function(arrays)
    return density_of_states(arrays["energy"], delta, broadening)


REFINED = 4
"""Points of the fine DOS for each energy: 0.044 meV at the paper's, where a coherence peak of half
width Gamma = 0.05 meV is 0.2 meV wide and the energies themselves are 0.175 meV apart."""


def refined_gap(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Energies `REFINED` times as dense, shape (E,), and Delta there, complex, shape (n, E).

    By cubic splines through Delta, which is smooth on the scale of Gamma where N is not, and
    through its complex conjugate at -x.
    """
    x, delta = arrays["energy"], gap_function(arrays)
    both = np.concatenate([-x[::-1], x])
    values = np.concatenate([delta[:, ::-1].conj(), delta], axis=1)
    fine = x[-1] / (REFINED * len(x)) * np.arange(1, REFINED * len(x) + 1)
    return fine, CubicSpline(both, values, axis=1)(fine)


def _fine_dos(arrays: Arrays, broadening: float) -> np.ndarray:
    return density_of_states(*refined_gap(arrays), broadening)


def _gap_and_z(arrays: Arrays, broadening: float) -> np.ndarray:
    z = arrays["z_real"] + 1j * arrays["z_imag"]
    return np.concatenate([as_numbers(gap_function(arrays)), as_numbers(z)], axis=1)


FIELDS = {
    one.name: one
    for one in (
        Field("a2f", r"$\alpha^2F$", "1", "omega", 1, lambda arrays, _: arrays["a2f"]),
        Field("gap", "gap", "meV", "energy", 2, lambda arrays, _: as_numbers(gap_function(arrays))),
        Field("dos", "DOS", "1", "energy", 1, _dos, normal=1.0),
        Field("gapz", r"gap and $Z$", "meV, 1", "energy", 4, _gap_and_z),
        Field("finedos", "fine DOS", "1", "energy", 1, _fine_dos, normal=1.0, refined=REFINED),
    )
}
"""By name, in the order of the dimension `field` of evaluations."""


def field(arrays: Arrays, name: str, broadening: float) -> np.ndarray:
    """One field of every sample, shape (n, its size); `broadening` is Gamma, meV."""
    return FIELDS[name].take(arrays, broadening)


def joined(arrays: Arrays, names: Sequence[str], broadening: float) -> np.ndarray:
    """Fields side by side, as an autoencoder takes them, shape (n, the sum of their sizes)."""
    return np.concatenate([field(arrays, name, broadening) for name in names], axis=1)


def apart(rows: np.ndarray, names: Sequence[str], arrays: Arrays) -> list[np.ndarray]:
    """The fields of `joined` rows, each of shape (n, its size)."""
    ends = np.cumsum([FIELDS[name].size(arrays) for name in names])[:-1]
    return np.split(rows, ends, axis=1)


def part(arrays: Arrays, which: Split) -> np.ndarray:
    """Rows of the valid samples of a part of the data set."""
    return np.flatnonzero((arrays["split"] == which) & (arrays["valid"] == 1))


def rows_of(arrays: Arrays, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Some samples of a data set; what is no array over samples (a grid) stays whole."""
    samples = arrays["sample"]
    return {
        name: array if name in GRIDS else array[rows]
        for name, array in arrays.items()
        if len(array) == len(samples) or name in GRIDS
    }


GRIDS = ("omega", "matsubara", "energy")
"""The coordinates of a data set that are the same for all its samples."""
