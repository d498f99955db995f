"""Images of each class from the paper's grid beside converged ones of the same superconductors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gapworks.factory.container import Coordinate, Variable, named
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Evaluation, Given, Report
from gapworks.learning.data import dataset_header
from gapworks.qpi import steps
from gapworks.qpi.config import CLASSES
from gapworks.qpi.learning.features import stored_maps, windows
from gapworks.qpi.learning.maps import View, within_disc

PIXELS = 128
"""Width of the images that are kept."""
QUANTILES = (0.16, 0.5, 0.84)

VARIABLES = {
    "image": Variable(
        ("class", "grid", "q1", "q2"), "1/meV", "Re FT of the LDOS within the disc, q = 0 removed"
    ),
    "error": Variable(("class",), "1", "relative L2 difference of the two images shown"),
    "error_quantiles": Variable(("class", "quantile"), "1", "of all samples of the class"),
    "samples": Variable(("class",), "1", "pairs compared"),
    "delta": Variable(("class",), "meV", "Delta of the sample shown, A2u-equivalent"),
    "theta": Variable(("class",), "rad", "theta of the sample shown"),
    "eps0": Variable(("class",), "meV", "eps_0 of the sample shown"),
    "impurity": Variable(("class",), "meV", "v of the sample shown"),
}


def evaluate(
    settings: steps.ExampleImages, given: Given, threads: int, report: Report
) -> Evaluation:
    """Compare two data sets of one stream, `given.data["coarse"]` and `["converged"]`.

    Of each class the sample with the middle error is shown.

    Raises
    ------
    DataError
        If the two do not hold the same superconductors.
    """
    coarse, converged = paths = given.datasets("coarse", "converged")
    headers = [dataset_header(path, "qpi") for path in paths]
    stored = [header.attributes["settings"] for header in headers]
    view = View(radius=settings.radius)
    energy = [stored[1]["physics"]["energies"][0]]
    pairs = []
    for path, header in zip(paths, headers, strict=True):
        arrays = windows(path, header, energy, view, only_valid=False)
        pairs.append((arrays, stored_maps(arrays)))
    count = min(len(arrays["label"]) for arrays, _ in pairs)
    (first, rough), (second, fine) = pairs
    for name in ("label", "theta", "eps0", "delta_reported", "impurity"):
        if not torch.equal(first[name][:count], second[name][:count]):
            raise DataError(f"{coarse}: does not hold the superconductors of {converged}: {name}")
    kept = [within_disc(maps[:count], view) for maps in (rough, fine)]
    error = ((kept[0] - kept[1]).norm(dim=(-2, -1)) / kept[1].norm(dim=(-2, -1)))[:, 0].numpy()
    label = first["label"][:count].numpy()
    wide = View(pixels=PIXELS, radius=settings.radius)
    made: dict[str, list[Any]] = {name: [] for name in VARIABLES}
    for number in range(len(CLASSES)):
        rows = np.flatnonzero(label == number)
        middle = rows[np.argsort(error[rows])[len(rows) // 2]]
        images = [_image(maps[middle : middle + 1], wide) for maps in (rough, fine)]
        made["image"].append(np.stack(images))
        made["error"].append(error[middle])
        made["error_quantiles"].append(np.quantile(error[rows], QUANTILES))
        made["samples"].append(len(rows))
        for name in ("delta", "theta", "eps0", "impurity"):
            kept_as = "delta_reported" if name == "delta" else name
            made[name].append(float(first[kept_as][middle]))
    q = np.fft.fftshift(np.fft.fftfreq(PIXELS))
    attributes = {
        "dataset": "examples",
        "method": "examples",
        "n_effective": [one["n_effective"] for one in stored],
        "broadening": stored[1]["physics"]["broadening"],
        "energy": energy[0],
    }
    coordinates = {
        "class": named(CLASSES, "class"),
        "grid": named(("the paper's", "converged"), "grid"),
        "q1": Coordinate(q, "1", "q along b1, in units of it"),
        "q2": Coordinate(q, "1", "q along b2, in units of it"),
        "quantile": Coordinate(np.array(QUANTILES), "1", "quantile"),
    }
    arrays = {name: np.array(values) for name, values in made.items()}
    return Evaluation(attributes, coordinates, VARIABLES, arrays)


def _image(maps: torch.Tensor, view: View) -> np.ndarray:
    transform = torch.fft.fft2(within_disc(maps, view))[0, 0].real.numpy().copy()
    transform[0, 0] = 0
    return np.fft.fftshift(transform)
