"""A user's own maps: centred, levelled, answered; what is no such map is refused with a word."""

import json
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gapworks.factory.reading import verify
from gapworks.qpi.data.measured.treatment import treat
from gapworks.qpi.learning.familiarity import measured
from gapworks.qpi.learning.features import stored_maps, windows
from gapworks.qpi.learning.maps import on_torus, pink_envelope
from gapworks.qpi.learning.trained import Network
from tests.support.command import gapworks_here, refused
from tests.support.qpi_study import LITERAL, TRAINING, train_network, train_settings

SIZE, RADIUS = 32, 13.0


@pytest.fixture(scope="module")
def maps(data, trained):
    """LDOS maps of test superconductors as a user has them, without noise."""
    network = Network.load(trained)
    arrays = windows(data["test"], verify(data["test"]), [0.0, 1.0], network.view)
    return torch.fft.fftshift(stored_maps(arrays), (-2, -1)).double().numpy()


def noisy(maps, network, level, seed=1):
    """Maps with white noise everywhere, in units of the image's deviation."""
    torus = on_torus(torch.from_numpy(maps.astype(np.float32)))
    white = torch.full((len(maps),), level)
    generator = torch.Generator().manual_seed(seed)
    made = measured(torus, network.view, white, 0 * white, generator)
    return torch.fft.fftshift(made, (-2, -1)).double().numpy()


def predict(network, source, target, *more):
    return gapworks_here(
        *("predict", "qpi", "--network", network, "--input", source, "--output", target, *more)
    )


def answers(network, maps, folder):
    """Rows of the answer to an array of maps."""
    np.save(folder / "maps.npy", maps)
    ran = predict(network, folder / "maps.npy", folder / "answer.json")
    assert ran.returncode == 0, ran.stderr
    return json.loads((folder / "answer.json").read_text()), ran


def noise(kind, count=40):
    """Maps without an impurity."""
    rng = np.random.default_rng(7)
    shape = (count, 2, SIZE, SIZE)
    white = rng.standard_normal(shape)
    if kind == "white":
        return white
    if kind == "uint8":
        return rng.integers(0, 256, shape).astype(np.uint8)
    if kind == "about the centre":
        return white * np.fft.fftshift(pink_envelope(SIZE).numpy())
    f = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE))
    f[0, 0] = 1
    return np.fft.irfft2(np.fft.rfft2(white) / f, (SIZE, SIZE))


@pytest.mark.parametrize("kind", ["white", "uint8", "pink", "about the centre"])
def test_noise_is_refused(trained, kind):
    _, reasons = Network.load(trained).judge(noise(kind))
    assert all(reason and "no structure" in reason for reason in reasons)


@pytest.mark.parametrize("level", [0.0, 0.1, 0.2])
def test_maps_of_other_superconductors_in_the_noise_of_training_are_answered(trained, maps, level):
    network = Network.load(trained)
    _, reasons = network.judge(noisy(maps, network, level))
    # Twenty superconductors in training and fifteen here; docs/qpi.md has the rates of a real one.
    assert sum(reason is not None for reason in reasons) <= 1


EMPTY = {
    "zero": np.zeros((2, SIZE, SIZE)),
    "one": np.ones((2, SIZE, SIZE)),
    "a large constant in single precision": np.full((2, SIZE, SIZE), 1e6, np.float32),
    "a plane": np.add.outer([1, 2], np.add.outer(np.arange(SIZE), 3.7 * np.arange(SIZE))),
    "white noise": noise("white", 1)[0],
    "random bytes": noise("uint8", 1)[0],
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_map_that_holds_nothing_is_refused(trained, tmp_path, place, name):
    np.save(tmp_path / "maps.npy", EMPTY[name])
    ran = predict(trained, tmp_path / "maps.npy", place / "answer.csv")
    refused(ran, f"{tmp_path}/maps.npy: no structure", "--force", folder=place, code=2)


MALFORMED = {
    "one energy": (np.zeros((3, 1, 32, 32)), "one LDOS map for each of the energies"),
    "one map": (np.zeros((32, 32)), "one LDOS map for each of the energies"),
    "energies last": (np.zeros((32, 32, 2)), "numpy.moveaxis(maps, -1, -3)"),
    "energies last in a stack": (np.zeros((5, 32, 32, 2)), "numpy.moveaxis(maps, -1, -3)"),
    "no square": (np.zeros((2, 32, 30)), "give 32 x 32 cells"),
    "odd and small": (np.zeros((2, 31, 31)), "give 32 x 32 cells"),
    "too small": (np.zeros((2, 16, 16)), "give 32 x 32 cells"),
    "too large": (np.zeros((2, 512, 512)), "give 32 x 32 cells"),
    "complex": (np.zeros((2, 32, 32), complex), "a Fourier transform, in q?"),
    "words": (np.full((2, 32, 32), "a"), "not an array of real numbers"),
    "true and false": (np.zeros((2, 32, 32), bool), "not an array of real numbers"),
    "objects": (np.full((2, 32, 32), None), "not an array of real numbers"),
    "NaN": (np.where(np.arange(32) == 5, np.nan, np.zeros((2, 32, 32))), "not finite at [0, 0, 0"),
    "infinity": (np.full((2, 32, 32), np.inf), "is not finite at [0, 0, 0, 0]"),
    "no map": (np.zeros((0, 2, 32, 32)), "holds no map"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_an_array_that_is_no_stack_of_maps_is_refused(trained, tmp_path, place, name):
    array, said = MALFORMED[name]
    np.save(tmp_path / "maps.npy", array)
    ran = predict(trained, tmp_path / "maps.npy", place / "answer.csv")
    refused(ran, f"{tmp_path}/maps.npy: ", said, folder=place)


def test_a_file_that_is_no_array_is_refused(trained, tmp_path, place):
    np.savez(tmp_path / "archive", np.zeros((2, 32, 32)))
    os.rename(tmp_path / "archive.npz", tmp_path / "archive.npy")
    np.save(tmp_path / "cut.npy", np.zeros((2, 32, 32)))
    os.truncate(tmp_path / "cut.npy", 5000)
    (tmp_path / "empty.npy").touch()
    (tmp_path / "text.npy").write_text("1 2 3\n")
    os.mkfifo(tmp_path / "pipe.npy")
    for name in ("archive", "cut", "empty", "text", "pipe", "nowhere"):
        ran = predict(trained, tmp_path / f"{name}.npy", place / "answer.csv")
        refused(ran, f"{tmp_path}/{name}.npy: ", folder=place)


CHANGED = {
    "two maps of one energy": lambda m: m[:, [0, 0]],
    "rows the other way": lambda m: m[:, :, ::-1],
    "a quarter turn": lambda m: np.rot90(m, axes=(-2, -1)),
    "the image in q": lambda m: np.fft.fftshift(np.fft.fft2(m).real, (-2, -1)),
    "ripples": lambda m: m + 10 * m.std((-2, -1), keepdims=True) * np.sin(np.arange(SIZE) / 2),
    "between two cells": lambda m: 0.5 * (m + np.roll(m, 1, -1)),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_map_made_unlike_a_map_is_refused(trained, maps, change):
    _, reasons = Network.load(trained).judge(CHANGED[change](maps))
    assert np.mean([reason is not None for reason in reasons]) >= 0.8


shifts = st.tuples(st.integers(-3, 3), st.integers(-3, 3))


@given(
    shift=shifts,
    constant=st.floats(-1e3, 1e3),
    slope=st.floats(-100, 100),
    sample=st.integers(0, 14),
)
@settings(max_examples=30, deadline=None)
def test_centre_constant_and_slope_do_not_matter(maps, shift, constant, slope, sample):
    one = maps[sample % len(maps)]
    unit = one.std()
    moved = np.roll(one, shift, (-2, -1))
    changed = moved + unit * (constant + slope * np.linspace(-1, 1, SIZE)[:, None])
    right, treated = treat(one, RADIUS, SIZE), treat(changed, RADIUS, SIZE)
    assert right.refused is None and treated.refused is None
    known = np.roll(np.ones((SIZE, SIZE)), shift, (0, 1))
    if any(shift):
        assert "moved to the centre" in treated.notes[0]
        assert f"found at [{SIZE // 2 + shift[0]}, {SIZE // 2 + shift[1]}]" in treated.notes[0]
    # Cells that are on both maps, less what the plane's fit loses with the others.
    inner = slice(SIZE // 2 - 8, SIZE // 2 + 9)
    assert known.all()
    error = treated.maps[..., inner, inner] - right.maps[..., inner, inner]
    assert np.abs(error).max() <= 0.05 * unit


@pytest.mark.parametrize("factor", [1e-200, 1e-9, 1e9, 1e200])
def test_no_unit_matters(trained, maps, factor, tmp_path):
    network = Network.load(trained)
    one, other = (network.judge(m)[1] for m in (maps, factor * maps))
    assert [r is None for r in one] == [r is None for r in other]
    good = maps[one.index(None)]
    (row,), _ = answers(trained, factor * good, tmp_path)
    (right,), _ = answers(trained, good, tmp_path)
    for name in ("A1g", "A12u", "A2g", "Eg", "Eu", "delta", "eps0"):
        assert row[name] == pytest.approx(right[name], rel=1e-6, abs=1e-6)


def test_each_energy_may_have_a_unit_of_its_own(trained, maps, tmp_path):
    network = Network.load(trained)
    good = [number for number, reason in enumerate(network.judge(maps)[1]) if reason is None]
    right, _ = answers(trained, maps[good], tmp_path)
    rows, _ = answers(trained, maps[good] * np.array([3.7e-9, 0.11])[:, None, None], tmp_path)
    for row, one in zip(rows, right, strict=True):
        assert row["class"] == one["class"] and row["set"] == one["set"]
        for name in ("A1g", "A12u", "A2g", "Eg", "Eu", "delta", "eps0"):
            assert row[name] == pytest.approx(one[name], rel=1e-6, abs=1e-6)


def test_what_is_done_to_a_map_is_said_and_changes_no_class(trained, maps, tmp_path):
    network = Network.load(trained)
    good = [number for number, reason in enumerate(network.judge(maps)[1]) if reason is None]
    right, ran = answers(trained, maps[good], tmp_path)
    assert ran.stderr == ""
    found, ran = answers(trained, np.roll(maps[good], (1, -1), (-2, -1)) + 1.0, tmp_path)
    for row in found:
        assert "impurity found at [17, 15] and moved to the centre, [16, 16]" in row["notes"]
        assert "a background of 1, 1" in row["notes"]
        assert row["notes"] in ran.stderr
    same = [one["class"] == other["class"] for one, other in zip(right, found, strict=True)]
    assert np.mean(same) >= 0.9


def test_the_answer_is_printed_in_a_line_with_its_file(trained, maps, tmp_path):
    network = Network.load(trained)
    good = [number for number, reason in enumerate(network.judge(maps)[1]) if reason is None]
    rows, ran = answers(trained, maps[good[0]], tmp_path)
    assert ran.stdout.startswith(f"{tmp_path}/answer.json: {rows[0]['class']} (p ")
    assert f"; 90 % set: {rows[0]['set']})" in ran.stdout
    assert rows[0]["set"].startswith(rows[0]["class"])
    assert ran.stdout.endswith(" meV; maps read as those at 0, 1 meV\n")
    assert sum(rows[0][name] for name in ("A1g", "A12u", "A2g", "Eg", "Eu")) == pytest.approx(1)
    mixed = np.stack([maps[good[0]], np.zeros((2, SIZE, SIZE))])
    rows, ran = answers(trained, mixed, tmp_path)
    assert "2 maps: " in ran.stdout and "1 refused" in ran.stdout
    assert "map 2: refused: no structure" in ran.stderr
    assert rows[1]["class"] is None and "no structure" in rows[1]["refused"]
    np.save(tmp_path / "maps.npy", mixed)
    assert predict(trained, tmp_path / "maps.npy", tmp_path / "answer.csv").returncode == 0
    assert (tmp_path / "answer.csv").read_text().startswith("class,A1g,A12u,A2g,Eg,Eu,theta")


def test_force_answers_what_is_refused(trained, tmp_path):
    np.save(tmp_path / "maps.npy", noise("white", 1))
    ran = predict(trained, tmp_path / "maps.npy", tmp_path / "answer.json", "--force")
    assert ran.returncode == 0
    assert "refused: no structure" in ran.stderr
    (row,) = json.loads((tmp_path / "answer.json").read_text())
    assert row["class"] and "no structure" in row["refused"]


def test_a_network_of_one_energy_takes_one_map(data, maps, tmp_path):
    training = TRAINING["network"]["training"] | {"epochs": 1}
    chosen = train_settings(
        condition=LITERAL["condition"], network=TRAINING["network"] | {"training": training}
    )
    network = tmp_path / "small-literal.safetensors"
    train_network(chosen, data["train"], data["validation"], network)
    reasons = Network.load(network).judge(maps[:, :1])[1]
    good = maps[reasons.index(None), 0]
    (row,), ran = answers(network, good, tmp_path)
    assert ran.stdout.endswith("; maps read as those at 0 meV\n")
    assert answers(network, good[None, None], tmp_path)[0] == [row]


def test_help_says_the_layout_of_each_study():
    ran = gapworks_here_help()
    for words in (
        "one ring a row",
        "units of t",
        "Re Delta",
        "(n, E, M, M)",
        "M // 2",
        "a1 and a2",
    ):
        assert words in ran


def gapworks_here_help():
    import contextlib
    import io

    from gapworks.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        main(["predict", "--help"])
    return out.getvalue()
