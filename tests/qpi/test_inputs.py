"""What a network sees: the forward model's maps, symmetry without interpolation, noise."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gapworks.qpi import Parameters, green_window, ldos_from_window
from gapworks.qpi.learning.features import features
from gapworks.qpi.learning.maps import (
    View,
    ldos_maps,
    on_torus,
    opposite,
    turned,
    with_noise,
    within_disc,
)
from gapworks.qpi.physics.point_group import THIRD_TURN, distance, group, reciprocal
from gapworks.qpi.physics.t_matrix import pair_indices

SIZE = 32
VIEW = View(pixels=SIZE, radius=13.0)
IRREPS = ("A1g", "A2g", "Eg", "A1u", "A2u", "Eu")


def superconductor(irrep, theta=0.5, impurity=120.0):
    return Parameters(irrep, theta=theta, delta=1.0, eps0=-30.0, impurity=impurity, broadening=0.5)


def stored(p):
    """Green functions as a data set holds them, on the torus, and the forward model's LDOS."""
    window, _ = green_window(p, (0.0, 1.0), SIZE, 1024)
    parts = np.stack([part[:, 0] for part in (window.ee, window.eh, window.he)], 1)
    electron, hole = pair_indices(0, p.odd)
    places = ((electron, electron), (hole, hole), (electron, hole), (hole, electron))
    local = np.stack([window.local[:, i, j] for i, j in places], -1)
    crop = (..., slice(0, SIZE), slice(0, SIZE))
    green = on_torus(torch.from_numpy(parts[crop].astype(np.complex64)))
    ldos = on_torus(torch.from_numpy(ldos_from_window(window, p)[crop]))
    return green, torch.from_numpy(local.astype(np.complex64)), ldos


def maps(p):
    green, local, _ = stored(p)
    v = torch.tensor([p.impurity])
    return within_disc(ldos_maps(green[None], local[None], torch.tensor([p.odd]), v), VIEW)


def difference(one, other):
    return float((one - other).norm() / other.norm())


@pytest.fixture(scope="module")
def batch():
    """One map of each representation."""
    return torch.cat([maps(superconductor(irrep)) for irrep in IRREPS])


@pytest.mark.parametrize("irrep", IRREPS)
def test_one_stored_window_gives_the_ldos_of_any_impurity(irrep):
    p = superconductor(irrep)
    green, local, _ = stored(p)
    for strength in (-300.0, -20.0, 20.0, 300.0):
        window, _ = green_window(p, (0.0, 1.0), SIZE, 1024)
        expected = ldos_from_window(window, replace(p, impurity=strength))[:, :SIZE, :SIZE]
        made = ldos_maps(green[None], local[None], torch.tensor([p.odd]), torch.tensor([strength]))
        disc = within_disc(torch.ones(1, 1, SIZE, SIZE), VIEW)
        expected = disc * on_torus(torch.from_numpy(expected))
        assert difference(disc * made, expected) < 1e-5


@pytest.mark.parametrize("irrep", IRREPS)
def test_each_symmetry_copy_is_the_image_of_a_superconductor_of_the_model(irrep):
    theta = 0.5
    original = maps(superconductor(irrep, theta))
    for matrix, sign, shift in group():
        moved = sign * theta + shift if irrep.startswith("E") else theta
        assert difference(turned(original, matrix), maps(superconductor(irrep, moved))) < 1e-5


def test_the_six_operations_are_a_group_that_keeps_distances(batch):
    once = turned(batch, THIRD_TURN)
    assert torch.equal(turned(turned(once, THIRD_TURN), THIRD_TURN), batch)
    for matrix, *_ in group():
        assert np.allclose(
            turned(torch.from_numpy(distance(SIZE)), matrix)[distance(SIZE) < 13],
            distance(SIZE)[distance(SIZE) < 13],
        )
    assert len({matrix.tobytes() for matrix, *_ in group()}) == 6


def test_turning_a_map_turns_its_image(batch):
    for matrix, *_ in group():
        one = torch.fft.fft2(turned(batch, matrix)).real
        other = turned(torch.fft.fft2(batch).real, reciprocal(matrix))
        assert difference(one, other) < 1e-6


def test_white_noise_has_the_power_it_is_asked_for(batch):
    many = batch.repeat(200, 1, 1, 1)
    level = torch.linspace(0.1, 0.5, len(many))
    generator = torch.Generator().manual_seed(1)
    noise = with_noise(many, level, 0 * level, generator) - many
    image, clean = torch.fft.fft2(noise).real, torch.fft.fft2(many).real
    clean = clean.flatten(-2)[..., 1:]
    wanted = level[:, None] * clean.std(-1)
    measured = image.flatten(-2)[..., 1:].std(-1)
    assert float((measured / wanted).mean()) == pytest.approx(1, abs=0.01)
    assert float((measured / wanted).std()) < 0.06
    # A real map: Re FT is the same at q and -q, and independent otherwise.
    assert difference(opposite(image), image) < 1e-4
    by_r = noise.square().mean((0, 1))
    assert float(by_r.std() / by_r.mean()) < 0.1


def test_the_power_of_pink_noise_falls_as_one_over_r(batch):
    many = batch.repeat(300, 1, 1, 1)
    level = torch.full((len(many),), 0.3)
    generator = torch.Generator().manual_seed(1)
    noise = with_noise(many, 0 * level, level, generator) - many
    r = torch.from_numpy(distance(SIZE))
    power = (noise.square().mean((0, 1)) * r)[r > 0]
    assert float(power.std() / power.mean()) < 0.15
    clean = torch.fft.fft2(many).real.flatten(-2)[..., 1:].std(-1)
    measured = torch.fft.fft2(noise).real.flatten(-2)[..., 1:].std(-1)
    assert float((measured / (level[:, None] * clean)).mean()) == pytest.approx(1, abs=0.05)


def test_noise_is_a_function_of_its_generator(batch):
    level = torch.full((len(batch),), 0.3)
    made = [
        with_noise(batch, level, level, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    ]
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


def test_channels_are_parts_of_the_image_of_their_symmetry(batch):
    channels, scalars = features(batch, VIEW)
    assert channels.shape == (6, VIEW.channels(2), SIZE, SIZE)
    assert scalars.shape == (6, VIEW.scalar_count(2))
    assert torch.isfinite(channels).all() and torch.isfinite(scalars).all()
    even = channels[:, ::3]
    assert difference(turned(even, reciprocal(THIRD_TURN)), even) < 1e-3
    e = [IRREPS.index(name) for name in ("Eg", "Eu")]
    odd = channels[e, 1::3]
    assert difference(opposite(odd), odd) < 1e-3
    u = [IRREPS.index(name) for name in ("A1u", "A2u", "Eu")]
    assert difference(opposite(channels[u, 2::3]), -channels[u, 2::3]) < 1e-3
    power = channels[u].square().mean((-2, -1))
    assert torch.allclose(power[:, ::3], torch.ones_like(power[:, ::3]), atol=0.01)
    assert float(channels[:4, 1::3].abs().max()) > 1 > 0.1 > float(channels[0, 1::3].abs().max())


def test_only_two_dimensional_representations_have_a_c3_odd_part(batch):
    odd = (
        batch
        - (batch + turned(batch, THIRD_TURN) + turned(turned(batch, THIRD_TURN), THIRD_TURN)) / 3
    )
    share = odd.flatten(1).norm(dim=1) / batch.flatten(1).norm(dim=1)
    for irrep, value in zip(IRREPS, share, strict=True):
        assert (value > 0.01) == irrep.startswith("E")
    inversion_odd = (batch - opposite(batch)).flatten(1).norm(dim=1) / batch.flatten(1).norm(dim=1)
    for irrep, value in zip(IRREPS, inversion_odd, strict=True):
        assert (value > 1e-3) == irrep.endswith("u")


@pytest.mark.parametrize("factors", [(8.0, 8.0), (8.0, 0.125), (3.7e-9, 1.1e-9), (1e6, 1e-12)])
def test_features_do_not_know_the_unit_of_any_energy(batch, factors):
    channels, scalars = features(batch, VIEW)
    unit = torch.tensor(factors)[:, None, None]
    scaled, others = features(unit * batch, VIEW)
    # Parts odd under r -> -r are rounding in g gaps, and a hundred times as large as it.
    assert torch.allclose(channels, scaled, atol=1e-4)
    assert torch.allclose(scalars, others, atol=1e-5)


def test_wider_images_interpolate_the_narrow_ones(batch):
    p = superconductor("Eu")
    green, local, _ = stored(p)
    ldos = ldos_maps(green[None], local[None], torch.tensor([True]), torch.tensor([120.0]))
    plain = {"odd_channels": False, "scalars": False, "compress": False, "radius": 13.0}
    wide, none = features(within_disc(ldos, View(pixels=64, **plain)), View(pixels=64, **plain))
    narrow, _ = features(within_disc(ldos, View(pixels=32, **plain)), View(pixels=32, **plain))
    assert none.shape == (1, 0)
    taken = wide[..., ::2, ::2]
    assert difference(taken / taken.std(), narrow / narrow.std()) < 1e-2


def test_r_0_and_the_rim_are_not_seen():
    ldos = torch.ones(1, 1, SIZE, SIZE)
    inside = within_disc(ldos, VIEW)[0, 0]
    assert inside[0, 0] == 0
    r = torch.from_numpy(distance(SIZE))
    assert (inside[r >= 13] == 0).all()
    assert (inside[(r > 0) & (r < 12.9)] > 0).all()
