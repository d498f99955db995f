"""The paper's images as it has them: what is drawn, how they are shown, and what is learned."""

import numpy as np
import pytest
import torch

from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Given
from gapworks.factory.reading import verify
from gapworks.qpi import Parameters, image, steps
from gapworks.qpi.data.draw import draw
from gapworks.qpi.evaluation import network as network_test
from gapworks.qpi.evaluation import phase
from gapworks.qpi.learning.features import windows
from gapworks.qpi.learning.images import ImageDrawing, images, with_noise
from gapworks.qpi.learning.maps import View, noise_levels
from gapworks.qpi.learning.predict import answer
from gapworks.qpi.learning.trained import Network
from gapworks.qpi.network_config import ImageCondition, Images, Noise
from gapworks.qpi.physics.image import pixel_means
from gapworks.qpi.physics.t_matrix import impurity_matrix, t_matrix
from tests.support.config import plan
from tests.support.qpi_study import FAITHFUL, IMAGES, TEST, silent, train_network, train_settings


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def drawn(name, count):
    chosen = plan("qpi", "paper").simulation(name)
    return [
        draw(chosen.seed, chosen.stream, chosen.physics, index, chosen.reading).p
        for index in range(count)
    ]


def test_t_as_printed_has_the_factors_in_the_printed_order():
    rng = np.random.default_rng(1)
    G0 = 0.01 * (rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))
    for kind in ("scalar", "sz"):
        printed, corrected = (
            Parameters("Eu", impurity=60.0, impurity_kind=kind, t_order=order)
            for order in ("printed", "corrected")
        )
        V = impurity_matrix(printed)
        T, _ = t_matrix(G0, printed)
        np.testing.assert_allclose(T @ (np.eye(4) - V @ G0), V, atol=1e-12)
        # What all orders of scattering sum to solves T = V + V G_0 T.
        T, _ = t_matrix(G0, corrected)
        np.testing.assert_allclose(T, V + V @ G0 @ T, atol=1e-12)


def test_the_order_of_t_matters_where_the_local_pairing_does():
    """G_0 has an anomalous part for A1g; a normal metal and the odd A2g have none."""
    for irrep, delta, least, most in (
        ("A1g", 1.0, 1e-3, 0.5),
        ("A1g", 0.0, 0.0, 1e-12),
        ("A2g", 1.0, 0.0, 1e-12),
    ):
        one, other = (
            image(Parameters(irrep, 0.7, delta, 30.0, broadening=0.5, t_order=order), 96)
            for order in ("printed", "corrected")
        )
        assert least <= relative(one, other) <= most


def test_the_papers_superconductors_have_one_impurity_and_are_those_of_the_single_grid():
    ours, faithful = drawn("literal_test", 10), drawn("faithful_test", 10)
    assert {p.impurity for p in faithful} == {100.0}
    assert {p.t_order for p in faithful} == {"printed"}
    for one, other in zip(ours, faithful, strict=True):
        for name in ("irrep", "theta", "delta", "eps0", "broadening", "phi", "omega"):
            assert getattr(one, name) == getattr(other, name)
    assert {p.irrep for p in faithful} == {"A1g", "A1u", "A2g", "A2u", "Eg", "Eu"}


def test_phases_are_drawn_for_the_two_component_gaps_alone():
    both = drawn("phase_train", 400)
    assert [p.irrep for p in both[:4]] == ["Eg", "Eu", "Eg", "Eu"]
    phi = np.array([p.phi for p in both])
    assert 0 <= phi.min() < 0.03 and np.pi / 2 - 0.03 < phi.max() <= np.pi / 2
    assert abs(np.corrcoef(phi, [p.theta for p in both])[0, 1]) < 0.15


def test_data_sets_that_were_there_keep_their_identity():
    """A shard of before `pixels` and `reading` were keys is one of today's."""
    chosen = plan("qpi", "paper").simulation("literal_train")
    assert not {"pixels", "reading"} & chosen.decisive().keys()
    assert chosen.identity != chosen.model_copy(update={"pixels": 128}).identity
    faithful = plan("qpi", "paper").simulation("faithful_train")
    assert {"pixels", "reading"} <= faithful.decisive().keys()


@pytest.mark.parametrize(("width", "pixels"), [(24, 6), (15, 5), (8, 8)])
def test_a_pixel_is_the_mean_of_the_points_about_it(width, pixels):
    whole = np.random.default_rng(1).normal(size=(width, width))
    block = width // pixels
    index = np.arange(-(block // 2), block // 2 + 1)
    weight = np.ones(len(index))
    if block % 2 == 0:
        weight[[0, -1]] = 0.5
    weight /= weight.sum()
    made = pixel_means(whole, pixels)
    for i, j in ((0, 0), (1, pixels - 1), (2, 3)):
        part = whole[np.ix_((i * block + index) % width, (j * block + index) % width)]
        assert made[i, j] == pytest.approx(weight @ part @ weight, abs=1e-14)


def test_an_image_is_shown_with_its_amplitude_and_q_0_in_the_middle(data):
    path = data["faithful_train"]
    shown = images(path, verify(path), 32)
    p = drawn("faithful_train", 1)[0]
    p = Parameters(**{**vars(p), "broadening": 2.0})
    whole = pixel_means(image(p, 128), 32)
    assert relative(np.fft.ifftshift(shown["image"][0, 0].numpy()), whole) < 1e-5
    assert shown["delta_reported"][1] == pytest.approx(
        np.sqrt(3) * drawn("faithful_train", 2)[1].delta, rel=1e-6
    )
    spread = shown["image"].std((1, 2, 3))
    assert spread.max() > 3 * spread.min()


def test_noise_of_an_image_has_the_deviation_that_is_said_and_a_share_has_none():
    rng = np.random.default_rng(1)
    white, pink = noise_levels(Noise(white=[0.1, 0.4], pink=[0, 0.1], clean=0.25), 4000, rng)
    assert np.mean((white == 0) & (pink == 0)) == pytest.approx(0.25, abs=0.03)
    assert white[white > 0].min() > 0.1
    clean = torch.randn(3, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    levels = torch.tensor([0.0, 0.3, 0.5])
    for kind in ((levels, 0 * levels), (0 * levels, levels)):
        added = with_noise(clean, *kind, torch.Generator().manual_seed(2)) - clean
        deviation = added.std((1, 2, 3)) / clean.std((1, 2, 3))
        assert torch.allclose(deviation, levels, rtol=0.1)
    # Pink noise is smooth: neighbours in q go together.
    together = (added[2, 0] * added[2, 0].roll(1, 0)).mean() / added[2, 0].square().mean()
    assert together > 0.15


def test_targets_are_the_papers_and_the_phase_where_there_is_one(data):
    for name, count in (("faithful_train", 4), ("phase_train", 5)):
        arrays = images(data[name], verify(data[name]), 16)
        draw_ = ImageDrawing(
            Images(**IMAGES), ImageCondition(noise=False), [0.0] * count, [1.0] * count
        )
        channels, scalars, label, targets = draw_.validation(arrays, 1)
        assert channels is arrays["image"] and scalars.shape == (len(label), 0)
        wanted = [(2 * arrays["theta"]).sin(), (2 * arrays["theta"]).cos(), arrays["eps0"]]
        wanted += [arrays["delta_reported"]] + ([arrays["phi"]] if count == 5 else [])
        assert torch.allclose(targets, torch.stack(wanted, 1))


@pytest.fixture(scope="module")
def learned(data, tmp_path_factory):
    """Networks of images, and of images with phases."""
    folder, made = tmp_path_factory.mktemp("images"), {}
    for name, of in (("small-faithful", "faithful"), ("small-phase", "phase")):
        made[name] = folder / f"{name}.safetensors"
        chosen = train_settings(**FAITHFUL | {"name": name})
        train_network(chosen, data[f"{of}_train"], data[f"{of}_validation"], made[name])
    return made


def test_a_network_of_images_is_tested_on_them_and_answers_no_maps(learned, data, tmp_path):
    where = learned["small-faithful"]
    loaded = Network.load(where)
    arrays, samples = loaded.samples(data["faithful_train"], verify(data["faithful_train"]))
    unit = loaded.card["architecture"]["unit"]
    assert unit == pytest.approx(float(samples.square().mean().sqrt()), rel=1e-4)
    given = Given({"test": data["corrected_test"]}, {"small-faithful": where})
    made = network_test.evaluate(steps.NetworkTest.model_validate(TEST), given, 1, silent)
    assert made.arrays["right"].shape == (3, 10)
    assert np.array_equal(made.arrays["right"].mean(1), made.arrays["mean_hit"])
    with pytest.raises(DataError, match="is shown images of eq. 12"):
        answer(where, tmp_path / "maps.npy", tmp_path / "a.csv", False)


def test_r2_of_phi_is_that_of_the_answers(learned, data, monkeypatch):
    class Known:
        """Answers that are right but for a tenth of the spread."""

        def __init__(self, phi):
            self.phi = phi + 0.1 * phi.std() * np.tile([1.0, -1.0], len(phi))[: len(phi)]

    where = learned["small-phase"]
    arrays, _ = Network.load(where).samples(data["phase_test"], verify(data["phase_test"]))
    phi, label, theta = (arrays[key].numpy() for key in ("phi", "label", "theta"))
    monkeypatch.setattr(Network, "answer", lambda self, samples: Known(phi))
    given = Given({"test": data["phase_test"]}, {"small-phase": where})
    made = phase.evaluate(steps.NetworkTest.model_validate(TEST), given, 1, silent)
    for column, number in enumerate((3, 4)):
        mixed = (label == number) & (np.abs(np.sin(2 * theta)) > 0.5)
        assert made.arrays["samples"][column] == mixed.sum()
        expected = 1 - 0.01 * phi.var() / phi[mixed].var()
        np.testing.assert_allclose(made.arrays["r2"][:, column], expected, rtol=1e-5)


def test_windows_and_images_are_not_taken_for_each_other(data):
    with pytest.raises(DataError, match="holds windows of the Green function"):
        images(data["test"], verify(data["test"]), 16)
    with pytest.raises(DataError, match="which 48 does not divide"):
        images(data["faithful_test"], verify(data["faithful_test"]), 48)
    with pytest.raises(DataError, match="holds images, not windows"):
        windows(data["faithful_test"], verify(data["faithful_test"]), [0.0], View(pixels=32))
