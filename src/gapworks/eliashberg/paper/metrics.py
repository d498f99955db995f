"""Numbers of the eliashberg study that stand beside the paper's, from its evaluation files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS, Split
from gapworks.eliashberg.evaluation.readings import (
    alive,
    components,
    latent,
    of_family,
    of_field,
    required,
    samples,
    variance_of,
)
from gapworks.eliashberg.families import printed_name
from gapworks.eliashberg.paper.measures import median_of, median_ratio
from gapworks.eliashberg.paper.metrics_learning import (
    Found,
    Made,
    autoencoders,
    generated,
    supervised,
)
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, exact, share_of

NOISE = 1e-2
"""Of Re and Im Delta, meV."""


def metrics(evaluations: Sequence[Evaluated], flow: Mapping[str, Any]) -> Made:
    """Every metric that docs/claims.yaml may name for this study.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of.
    flow : mapping
        R^2 from which a field counts as reconstructed: "gap", "dos", "a2f".

    Returns
    -------
    dict of str to Measured or None
        None where the scale does not measure it (a latent dimension it does not train, say). Those
        that begin with "printed_" are the same of data that were solved the paper's way.
    """
    every = {data.name: data for data in evaluations}
    as_printed = {name: every[printed_name(name)] for name in every if printed_name(name) in every}
    found = {name: data for name, data in every.items() if "_as_printed" not in data.dataset}
    made = _data(found) | _solutions(found) | _dimensions(found, flow) | _learned(found)
    made |= {f"printed_{name}": one for name, one in _learned(as_printed).items()}
    made |= _printed_data(as_printed.get("complex-data"))
    return made | _bases(found["simple-bases"]) | _noise(found["complex-noise"])


def _learned(found: Found) -> Made:
    return supervised(found) | autoencoders(found) | generated(found)


def _data(found: Found) -> Made:
    made: Made = {}
    for kind in ("simple", "complex"):
        data = found[f"{kind}-data"]
        draws = data["redraws"].sum() + len(data["redraws"])
        counted = {
            f"{kind}_samples": data["samples"].sum(),
            f"{kind}_normal_share": data["redraws"].sum() / draws,
            f"{kind}_test_share": samples(data, Split.TEST) / data["samples"].sum(),
            f"{kind}_validation_share": samples(data, Split.VALIDATION) / data["samples"].sum(),
            f"{kind}_failed": data["failed"].sum(),
            f"{kind}_back_projection": data["back_projection"].max(),
        }
        made |= {name: exact(one) for name, one in counted.items()}
        for name in FIELDS:
            held = variance_of(data, name)
            for share, end in ((0.999, ""), (0.9, "_90")):
                needed = components(held, share)
                made[f"{kind}_{name}_components{end}"] = needed and exact(needed)
    return made


def _printed_data(data: Evaluated | None) -> Made:
    """What the paper's own way to the real axis dropped, and how often M had to be doubled."""
    if data is None:
        return {"printed_dropped": None, "printed_doubled": None}
    dropped, frequencies, _ = data["continuation"].T
    drawn = len(dropped) + dropped.sum()
    doubled = (frequencies > frequencies.min()).sum()
    return {
        "printed_dropped": share_of(dropped.sum(), drawn),
        "printed_doubled": share_of(doubled, len(frequencies)),
    }


def _noise(data: Evaluated) -> Made:
    """By what factor NOISE raises the median error of networks trained without and with noise."""
    made: Made = {}
    clean, noisy = (np.flatnonzero(np.isclose(data["level"], level)) for level in (0, NOISE))
    for row, highest in enumerate(data["trained_high"]):
        name = "noise_growth_trained_with" if highest else "noise_growth_trained_without"
        error = data["a2f_error"][row]
        known = len(noisy) and len(clean)
        made[name] = median_ratio(error[noisy[0]], error[clean[0]]) if known else None
    return made


def _solutions(found: Found) -> Made:
    made: Made = {}
    for kind in ("simple", "complex"):
        data = found[f"{kind}-pade"]
        passed = data["passed"][:, data.row("tolerance", 0.1)] == 1
        error = data["pade_error"]
        made |= {
            f"{kind}_pade_passed": share_of(passed.sum(), len(passed)),
            f"{kind}_pade_error": median_of(error[passed]) if passed.any() else None,
            f"{kind}_pade_error_all": median_of(error),
            f"{kind}_pade_largest": exact(error.max()),
        }
    said = found["complex-statements"]
    largest = ("scaling_error", "scaling_error_same_cutoff", "doubling")
    made |= {name: exact(said[name].max()) for name in largest}
    typical = ("mu_star_delta_0", "mu_star_pcc", "far_z", "far_delta")
    made |= {name: median_of(said[name]) for name in typical}
    return made | {"plain_over_broyden": median_of(said["plain"] / said["broyden"])}


def _dimensions(found: Found, flow: Mapping[str, Any]) -> Made:
    """The dimensions that thresholds of R^2 choose; they have no error of their own."""
    made: Made = {}
    for weights, source in (("", "gap"), ("", "dos"), ("equal-", "gap"), ("equal-", "finedos")):
        said = found[f"complex-dimensions-{weights}{source}"].attributes
        label = "equal_" if weights else ""
        for name, key in (
            (f"{label}required_{source}", "required_input"),
            (f"{label}required_a2f_with_{source}", "required_a2f"),
            (f"{label}chosen_{source}", "chosen"),
        ):
            made[name] = _without_error(said[key])
    for name in ("a2f", "gap", "dos"):
        alone = of_family(found.values(), f"ae-{name}")
        tried = np.array([latent(one) for one in alone])
        r2 = np.array([of_field(one, name, "validation") for one in alone])
        made[f"required_{name}_alone"] = _without_error(required(tried, r2, flow[name]))
    return made


def _without_error(dimension: int) -> Measured | None:
    """A dimension that a threshold chose; 0: none was large enough."""
    return Measured(float(dimension), math.nan) if dimension else None


def _bases(data: Evaluated) -> Made:
    """Dead neurons, and whether four neurons do better than six whatever the seed."""
    active = alive(data["activity"])
    live = active.sum(axis=1)
    rough = data["roughness"]
    return {
        "four_beats_six": _beats(data, 4, 6),
        "eight_beats_four": _beats(data, 8, 4),
        "networks_with_dead_neurons": share_of((live < data["neurons"]).sum(), len(live)),
        "roughness_alive": _median(rough[active]),
        "roughness_dead": _median(rough[~active]),
        "r2_against_alive": _correlation(live, data["r2"]),
        "bias_r2": median_of(data["r2"] - data["r2_without_bias"]),
    }


def _beats(data: Evaluated, size: int, other: int) -> Measured | None:
    """Share of the pairs of trainings in which one size does better than another.

    Its error is that of Mann and Whitney's statistic where neither is better.
    """
    first, second = (data["r2"][data["neurons"] == one] for one in (size, other))
    m, n = len(first), len(second)
    if not m or not n:
        return None
    error = math.sqrt((m + n + 1) / (12 * m * n))
    return Measured(float((first[:, None] > second).mean()), error, min(m, n))


def _correlation(first: np.ndarray, second: np.ndarray) -> Measured | None:
    """Pearson's coefficient of networks' numbers, with the error that Fisher's transform has."""
    if len(set(first)) < 2 or len(first) < 4:
        return None
    r = float(np.corrcoef(first, second)[0, 1])
    return Measured(r, (1 - r * r) / math.sqrt(len(first) - 3), len(first))


def _median(values: np.ndarray) -> Measured | None:
    """Of those that are there: NaN stands for a neuron that a network has not."""
    known = values[np.isfinite(values)]
    return median_of(known) if len(known) else None
