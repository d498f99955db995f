"""Maps of people: wherever the impurity sits, whatever lies below it, the treated map is the same.

Refusals come before any network or fit: noise, other lattices, waves, a second impurity.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from gapworks.qpi import Parameters, ldos_window
from gapworks.qpi.data.measured import centre
from gapworks.qpi.data.measured.treatment import CHANCE, disc_of
from gapworks.qpi.inference.treatment import treat

SIZE = 64
MIDDLE = SIZE // 2
DISC = disc_of(SIZE, 27.0)
ENERGIES = np.array([0.0, 1.0])
SUPERCONDUCTORS = {
    "A1g": {"eps0": 30.0, "theta": 0.7, "delta": 1.0},
    "Eg": {"eps0": -120.0, "theta": 1.2, "delta": 0.8},
    "Eu": {"eps0": -40.0, "theta": 2.0, "delta": 1.5},
}
UPWARD = np.linspace(-1, 1, SIZE)[:, None]
ROW, COLUMN = np.indices((SIZE, SIZE)) - MIDDLE


@pytest.fixture(scope="module")
def clean():
    """Maps of three superconductors at two energies."""
    made = []
    for irrep, values in SUPERCONDUCTORS.items():
        drawn = [
            Parameters(irrep=irrep, impurity=120.0, broadening=0.3, omega=omega, **values)
            for omega in ENERGIES
        ]
        made.append([ldos_window(p, size=SIZE, accuracy=0.02).values for p in drawn])
    return np.array(made)


def noise(maps, level, seed=3):
    """White noise in units of the image's deviation over q."""
    even = DISC * 0.5 * (maps + centre.opposite(maps))
    unit = np.sqrt(2 * (even**2).sum((-2, -1), keepdims=True) / (DISC**2).sum())
    return level * unit * np.random.default_rng(seed).standard_normal(maps.shape)


def unit_of(maps):
    """Deviation within the disc."""
    return np.sqrt(((DISC * maps) ** 2).mean((-2, -1), keepdims=True))


def apart(one, other):
    """Relative difference within the disc."""
    one, other = DISC * one, DISC * other
    return np.sqrt(((one - other) ** 2).sum() / (other**2).sum())


@given(
    which=st.integers(0, 2),
    shift=st.tuples(st.integers(-24, 24), st.integers(-24, 24)),
    constant=st.floats(-1e3, 1e3),
    slope=st.floats(-30, 30),
    factor=st.sampled_from([1e-12, -1.0, 1.0, 3e7]),
)
@settings(max_examples=12, deadline=None)
def test_a_rolled_tilted_and_scaled_map_is_the_same_map(
    clean, which, shift, constant, slope, factor
):
    one = clean[which]
    right = treat(one, ENERGIES)
    below = unit_of(one) * (constant + slope * UPWARD)
    found = treat(factor * (np.roll(one, shift, (1, 2)) + below), ENERGIES)
    assert right.refused is None and found.refused is None
    assert found.centre == pytest.approx((MIDDLE + shift[0], MIDDLE + shift[1]), abs=1e-6)
    # The plane is fitted on what is around the impurity, rolled or not.
    assert apart(found.maps / factor, right.maps) <= 0.03


@pytest.mark.parametrize("level", [0.0, 0.3])
@given(which=st.integers(0, 2), row=st.floats(-3, 3), column=st.floats(-3, 3))
@settings(max_examples=6, deadline=None)
def test_the_centre_is_found_between_cells(clean, level, which, row, column):
    maps = centre.moved(clean[which], -row, -column) + noise(clean[which], level)
    found = treat(maps, ENERGIES)
    assert found.refused is None
    # Within 0.05 of a cell it is said to be on it.
    assert found.centre == pytest.approx((MIDDLE + row, MIDDLE + column), abs=0.08)
    # Waves of two cells lose half of their phase between cells.
    assert apart(found.maps, clean[which]) <= 0.25 + 1.6 * level


@pytest.mark.parametrize("shift", [(9, -5), (20, 0), (26, 3)])
def test_a_map_cut_beside_the_impurity_is_filled_from_the_other_side(clean, shift):
    whole = np.pad(clean[1], ((0, 0), (30, 30), (30, 30)), constant_values=np.nan)
    cut = np.roll(whole, shift, (1, 2))[:, 30:-30, 30:-30]
    found = treat(cut, ENERGIES)
    assert found.refused is None and found.known.mean() < 0.95
    assert found.centre == pytest.approx((MIDDLE + shift[0], MIDDLE + shift[1]))
    assert apart(found.maps, clean[1]) <= 0.1


def test_too_little_around_the_impurity_is_refused(clean):
    cut = np.full_like(clean[1], np.nan)
    cut[:, 30:] = clean[1][:, :34]
    for maps in (cut, np.where(COLUMN < 2, np.nan, clean[1])):
        assert treat(maps, ENERGIES).refused


@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_missing_lines_are_filled_and_said(clean, missing):
    maps = clean[0] + noise(clean[0], 0.1)
    maps[:, ::3] = missing
    found = treat(maps, ENERGIES)
    assert found.refused is None and "filled" in " ".join(found.notes)
    assert apart(found.maps, clean[0]) <= 0.35


def test_steps_between_rows_are_taken_off(clean):
    for which, one in enumerate(clean):
        steps = 3 * unit_of(one) * np.random.default_rng(which).standard_normal((2, SIZE, 1))
        found = treat(one + noise(one, 0.1) + steps, ENERGIES)
        assert found.refused is None and "steps between rows taken off" in found.notes
        assert apart(found.maps, one) <= 0.3
        assert not any("taken off" in note for note in treat(one, ENERGIES).notes)


def _striped(maps):
    steps = np.random.default_rng(3).standard_normal((2, SIZE, 1))
    # At the energy of the small numbers alone, where they would be overlooked.
    return maps + unit_of(maps) * np.array([2.0, 0.0])[:, None, None] * steps


DEFECTS = {
    "stripes": _striped,
    "bowl": lambda maps: maps + 3 * unit_of(maps) * (UPWARD**2 + UPWARD.T**2),
    "moved": lambda maps: np.roll(maps, (5, -8), (1, 2)),
    "noise": lambda maps: maps,
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_energy_may_have_a_unit_of_its_own(clean, name):
    units = np.array([3.7e-9, 0.11])[:, None, None]
    made = DEFECTS[name](clean[0] + noise(clean[0], 0.1))
    one, other = (treat(shown, ENERGIES) for shown in (made, units * made))
    assert one.refused is None and other.refused is None
    kinds = [[note for note in found.notes if "steps" in note] for found in (one, other)]
    assert kinds[0] == kinds[1] and bool(kinds[0]) == (name == "stripes")
    assert np.allclose(other.maps / units, one.maps, rtol=1e-9, atol=1e-9 * np.abs(one.maps).max())


def test_a_bowl_is_taken_off(clean):
    bowl = unit_of(clean[0]) * (UPWARD**2 + UPWARD.T**2)
    for size in (2, 10):
        found = treat(clean[0] + noise(clean[0], 0.1) + size * bowl, ENERGIES)
        assert found.refused is None and "a bowl taken off" in found.notes
        assert apart(found.maps, clean[0]) <= 0.3


@pytest.mark.parametrize("creep", [(0.0, 0.05), (0.04, -0.03)])
def test_a_drift_is_undone_and_none_is_seen_where_none_is(clean, creep):
    at = np.tensordot([[1 + creep[0], 0.0], [creep[1], 1.0]], np.stack([ROW, COLUMN]), 1) + MIDDLE
    for one in clean:
        assert not any("drift" in note for note in treat(one, ENERGIES).notes)
        sheared = np.stack([map_coordinates(m, at, order=3, mode="nearest") for m in one])
        found = treat(sheared, ENERGIES)
        assert found.refused is None and any("drift" in note for note in found.notes)
        assert apart(found.maps, one) <= 0.85 * apart(sheared, one)


def noises(kind, count):
    """Maps without an impurity."""
    rng = np.random.default_rng(11)
    white = rng.standard_normal((count, 2, SIZE, SIZE))
    f = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.fftfreq(SIZE))
    f[0, 0] = 1
    return {
        "white": white,
        "bytes": rng.integers(0, 256, white.shape),
        "1 / f": np.fft.ifft2(np.fft.fft2(white) / f).real,
        "1 / f^2": np.fft.ifft2(np.fft.fft2(white) / f**2).real,
        "lines": white[..., :1] + 0.3 * white[..., ::-1],
        "a hot pixel": white + 100 * (np.indices((SIZE, SIZE)) == 20).all(0),
        "a checkerboard": (-1.0) ** (ROW + COLUMN) + 0.1 * white,
        "a slope": UPWARD + 0.01 * white,
    }[kind]


@pytest.mark.parametrize(
    "kind",
    ["white", "bytes", "1 / f", "1 / f^2", "lines", "a hot pixel", "a checkerboard", "a slope"],
)
def test_noise_of_any_spectrum_has_no_structure(kind):
    chances = []
    for one in noises(kind, 40):
        flat = one - one.mean((-2, -1), keepdims=True)
        chances.append(centre.find(flat).chance)
        found = treat(one, ENERGIES)
        assert found.refused and "no structure" in found.refused
    # Uniform on [0, 1], or above it: at the threshold false alarms are one in ten thousand.
    assert CHANCE <= 1e-3 and np.mean(np.array(chances) < 0.1) <= 0.25
    assert min(chances) > 1e-3


EMPTY = {
    "zero": np.zeros((2, SIZE, SIZE)),
    "a constant": np.full((2, SIZE, SIZE), 7, np.float32),
    "a plane": np.add.outer([1, 2], UPWARD + 3 * UPWARD.T),
    "nothing": np.full((2, SIZE, SIZE), np.nan),
}


@pytest.mark.parametrize("name", EMPTY)
def test_maps_that_hold_nothing_are_refused(name):
    assert treat(EMPTY[name], ENERGIES).refused


def pixels(maps, width, count, angle=0.0, atoms=0.0, creep=0.0):
    """Square pixels of maps on the lattice, rows upward; the atoms' corrugation added."""
    y, x = (width / count) * (np.indices((count, count)) - count / 2 + 0.3)
    x = x + creep * y
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    u, v = c * x + s * y, c * y - s * x
    i, j = u - v / np.sqrt(3), 2 * v / np.sqrt(3)
    read = [map_coordinates(m, [i + MIDDLE, j + MIDDLE], order=3) for m in maps]
    lattice = sum(np.cos(2 * np.pi * phase) for phase in (i, j, i + j))
    return np.stack(read) + atoms * unit_of(maps) * lattice


def test_square_pixels_are_read_off_on_the_lattice(clean):
    for one in clean:
        found = treat(pixels(one, 52.0, 104), ENERGIES, "cartesian", 52.0)
        assert found.refused is None and apart(found.maps, one) <= 0.15
        assert "a1 is taken along x" in " ".join(found.notes)
        turned = treat(pixels(one, 52.0, 130, angle=11), ENERGIES, "cartesian", 52.0, angle=11)
        assert apart(turned.maps, one) <= 0.2


@pytest.mark.parametrize(("angle", "creep"), [(17.0, 0.0), (-22.0, 0.03)])
def test_bragg_peaks_give_angle_scale_and_drift(clean, angle, creep):
    one = clean[2]
    maps = pixels(one, 52.0, 200, angle, atoms=0.5, creep=creep)
    # The field of view is said two per cent too wide.
    found = treat(maps, ENERGIES, "cartesian", 53.0)
    assert found.refused is None and "Bragg peaks" in " ".join(found.notes)
    assert apart(found.maps, one) <= 0.2


REFUSED = {
    "rows the other way": (lambda m: m[:, ::-1], "120 degrees apart"),
    "square pixels called lattice": (lambda m: pixels(m, 64.0, 64), "square pixels"),
    "a second impurity": (lambda m: m + 0.7 * np.roll(m, (9, 4), (1, 2)), ""),
    "a wave": (lambda m: m + unit_of(m) * np.sin(2 * np.pi * (ROW + 0.3 * COLUMN) / 5.3), "a wave"),
    "cut peaks": (
        lambda m: np.clip(m, *np.quantile(m, (0.01, 0.99))),
        "cut off",
    ),
    "few digits": (lambda m: np.rint(m / (3 * unit_of(m))), ""),
    "one energy twice": (lambda m: m[[0, 0]], "one map"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_map_of_one_impurity_is_refused_by_name(clean, name):
    change, said = REFUSED[name]
    for one in clean:
        refused = treat(change(one), ENERGIES).refused
        assert refused and said in refused


def test_signal_to_noise_is_that_of_the_noise_that_was_added(clean):
    for level in (0.1, 0.3):
        found = treat(clean[0] + noise(clean[0], level), ENERGIES)
        # Deviation of the even part over q, where noise has half of its power.
        assert found.signal_to_noise == pytest.approx(1 / (np.sqrt(2) * level), rel=0.25)


BAD = {
    "two axes": ((np.zeros((64, 64)), [0.0]), {}, "a map for each energy"),
    "energies": ((np.zeros((2, 64, 64)), [0.0]), {}, "a map for each energy"),
    "complex": ((np.zeros((1, 64, 64), complex), [0.0]), {}, "real numbers"),
    "no square": ((np.zeros((1, 64, 60)), [0.0]), {}, "as many rows as columns"),
    "raster": ((np.zeros((1, 64, 64)), [0.0], "hexagonal"), {}, "'lattice' or 'cartesian'"),
    "width": ((np.zeros((1, 64, 64)), [0.0], "cartesian"), {}, "field_of_view"),
}


@pytest.mark.parametrize("name", BAD)
def test_arguments_that_do_not_fit_are_errors(name):
    given_, more, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        treat(*given_, **more)


def test_coarse_pixels_are_refused(clean):
    assert "too coarse" in treat(clean[0], ENERGIES, "cartesian", 64.0).refused
