"""Numbers of the eliashberg study that stand beside the paper's, from its evaluation files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.eliashberg.data.fields import FIELDS, Split
from gapworks.eliashberg.evaluation.readings import (
    alive,
    components,
    latent,
    median_error,
    moment_difference,
    of_family,
    of_field,
    portions,
    required,
    samples,
    score,
    variance_of,
)
from gapworks.eliashberg.physics.moments import MOMENTS
from gapworks.factory.evaluation_file import Evaluated

Found = Mapping[str, Evaluated]

TABLES_LATENT = (1, 2, 4, 8, 16, 32)
"""The d_L of Tables I and II; ours goes on to 64."""
NOISE = 1e-2
"""Of Re and Im Delta, meV."""


def metrics(evaluations: Sequence[Evaluated], flow: Mapping[str, float]) -> dict[str, float | None]:
    """Every metric that docs/claims.yaml may name for this study.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of.
    flow : mapping of str to float
        R^2 from which a field counts as reconstructed: "gap", "dos", "a2f".

    Returns
    -------
    dict of str to float or None
        None where the scale does not measure it (a latent dimension it does not train, say).
    """
    found = {data.name: data for data in evaluations}
    made = _data(found) | _solutions(found) | _supervised(found) | _autoencoders(found, flow)
    return made | _generated(found) | _bases(found["simple-bases"]) | _noise(found["complex-noise"])


def _data(found: Found) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kind in ("simple", "complex"):
        data = found[f"{kind}-data"]
        draws = data["redraws"].sum() + len(data["redraws"])
        made |= {
            f"{kind}_samples": data["samples"].sum(),
            f"{kind}_normal_share": data["redraws"].sum() / draws,
            f"{kind}_test_share": samples(data, Split.TEST) / data["samples"].sum(),
            f"{kind}_validation_share": samples(data, Split.VALIDATION) / data["samples"].sum(),
            f"{kind}_failed": data["failed"].sum(),
            f"{kind}_back_projection": data["back_projection"].max(),
        }
        for name in FIELDS:
            held = variance_of(data, name)
            made[f"{kind}_{name}_components"] = components(held, 0.999)
            made[f"{kind}_{name}_components_90"] = components(held, 0.9)
    return made


def _noise(data: Evaluated) -> dict[str, Any]:
    """By what factor NOISE raises the median error of networks trained without and with noise."""
    made: dict[str, Any] = {}
    levels = [np.flatnonzero(np.isclose(data["level"], level)) for level in (0, NOISE)]
    for row, highest in enumerate(data["trained_high"]):
        name = "noise_growth_trained_with" if highest else "noise_growth_trained_without"
        clean, noisy = (np.median(data["a2f_error"][row, at], axis=-1) for at in levels)
        made[name] = noisy[0] / clean[0] if len(noisy) and len(clean) else None
    return made


def _solutions(found: Found) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kind in ("simple", "complex"):
        data = found[f"{kind}-pade"]
        index = data.row("tolerance", 0.1)
        made |= {
            f"{kind}_pade_passed": data["passed"][:, index].mean(),
            f"{kind}_pade_error": np.median(data["pade_error"]),
            f"{kind}_pade_largest": data["pade_error"].max(),
        }
    said = found["complex-statements"]
    made |= {name: said[name].max() for name in ("scaling_error", "doubling")}
    typical = ("mu_star_delta_0", "mu_star_pcc", "far_z", "far_delta")
    made |= {name: np.median(said[name]) for name in typical}
    return made | {"plain_over_broyden": np.median(said["plain"] / said["broyden"])}


def _supervised(found: Found) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, label in (
        ("simple-sl-simple-gap", "simple"),
        ("simple-sl-simple-gap-few", "simple_few"),
        ("simple-sl-simple-dos", "simple_dos"),
        ("complex-sl-complex-gap", "complex"),
        ("complex-sl-complex-gap-few", "complex_few"),
        ("complex-sl-complex-dos", "complex_dos"),
        ("complex-reversed-complex-gap", "reversed"),
    ):
        data = found[name]
        made |= {
            f"{label}_r2": score(data, "r2"),
            f"{label}_error": score(data, "relative_error"),
        }
        if "gap_residual" in data.arrays:
            made[f"{label}_gap_residual"] = np.median(data["gap_residual"])
            made[f"{label}_gap_pcc"] = np.median(data["gap_pcc"])
            made[f"{label}_coupling_error"] = median_error(data, "coupling")
            made[f"{label}_omega_log_error"] = median_error(data, "omega_log")
            made[f"{label}_clipped"] = data["clipped"].mean()
    data = found["complex-sl-complex-gap"]
    made["complex_error_over_gap_residual"] = np.median(data["a2f_error"] / data["gap_residual"])
    return made | {
        "supervised_inputs": data.attributes["architecture"]["inputs"],
        "few_inputs": found["complex-sl-complex-gap-few"].attributes["architecture"]["inputs"],
    }


def _autoencoders(found: Found, flow: Mapping[str, float]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for d in (1, 2, 24, 32):
        data = found.get(f"complex-ae-joint-gap-{d}")
        for name in ("gap", "a2f"):
            made[f"joint_{name}_r2_{d}"] = data and of_field(data, name, "test")
    data = found.get("complex-ae-joint-dos-1")
    made["joint_dos_r2_1"] = data and of_field(data, "dos", "test")
    for source in ("gap", "dos"):
        said = found[f"complex-dimensions-{source}"].attributes
        made[f"required_{source}"] = said["required_input"] or None
        made[f"required_a2f_with_{source}"] = said["required_a2f"] or None
        made[f"chosen_{source}"] = said["chosen"]
    for name in FIELDS:
        alone = of_family(found.values(), f"ae-{name}")
        tried = np.array([latent(one) for one in alone])
        r2 = np.array([of_field(one, name, "validation") for one in alone])
        made[f"required_{name}_alone"] = required(tried, r2, flow[name]) or None
    joint = of_family(found.values(), "ae-joint-gap")
    made |= {
        "pair_residual_largest": max(np.median(one["pair_residual"]) for one in joint),
        "pair_pcc_smallest": min(np.median(one["pair_pcc"]) for one in joint),
    }
    coders = {latent(one): one for one in joint}
    for d in TABLES_LATENT:
        printed, quantile = portions(coders[d]) if d in coders else (None, None)
        made |= {f"portion_{d}": printed, f"portion_99_{d}": quantile}
    covered = [portions(one)[0] for one in joint if latent(one) >= 2]
    return made | {"portion_smallest": min(covered, default=None)}


def _generated(found: Found) -> dict[str, Any]:
    joint = of_family(found.values(), "sl-joint-gap")
    separate = {latent(one): one for one in of_family(found.values(), "sl-separate-gap")}
    learned = {latent(one): one for one in joint}
    loss = np.array([score(one, "mse") for one in joint if latent(one) in TABLES_LATENT])
    offsets = [_offset(one, p) for one in joint for p in MOMENTS]
    several = [one for one in joint if latent(one) >= 2]
    ratios = [_differences(one, "a2f") / _differences(one, "gap") for one in several]
    medians = [np.median(1 - one["a2f_pcc"]) / np.median(1 - one["gap_pcc"]) for one in several]
    apart = [
        score(separate[latent(one)], "mse") / score(one, "mse")
        for one in several
        if latent(one) in separate
    ]
    made = {
        "loss_rises": np.mean(np.diff(loss) > 0) if len(loss) > 1 else None,
        "loss_last_over_first": loss[-1] / loss[0] if len(loss) > 1 else None,
        "separate_over_joint": np.median(apart) if apart else None,
        "separate_over_joint_smallest": min(apart, default=None),
        "many_to_one_means": min(ratios, default=None),
        "many_to_one_medians": min(medians, default=None),
        "moment_offset_largest": max(offset for offset, _ in offsets),
        "moment_offset_over_std": max(offset / spread for offset, spread in offsets),
    }
    for d in TABLES_LATENT:
        data = learned.get(d)
        made[f"gap_difference_{d}"] = data and _differences(data, "gap")
        made[f"a2f_difference_{d}"] = data and _differences(data, "a2f")
        made[f"loss_{d}"] = data and score(data, "mse")
    plain = found["complex-sl-complex-gap"]
    made["plain_moment_offset"] = max(_offset(plain, p)[0] for p in MOMENTS)
    for source in ("gap", "dos"):
        chosen = found[f"complex-sl-joint-{source}-chosen"]
        made[f"chosen_{source}_r2"] = score(chosen, "r2")
        made[f"chosen_{source}_gap_residual"] = np.median(chosen["gap_residual"])
        made[f"chosen_{source}_a2f_error"] = np.median(chosen["a2f_error"])
    return made


def _offset(data: Evaluated, p: int) -> tuple[float, float]:
    """|mean| and standard deviation of the relative difference of a moment."""
    difference = moment_difference(data, p)
    return abs(difference.mean()), difference.std()


def _differences(data: Evaluated, name: str) -> float:
    """Delta_f ("a2f") or Delta_g ("gap") of Table I."""
    return float((1 - data[f"{name}_pcc"]).mean())


def _bases(data: Evaluated) -> dict[str, Any]:
    """Dead neurons, and whether four neurons do better than six whatever the seed."""
    active = alive(data["activity"])
    live = active.sum(axis=1)

    def of(size: int) -> np.ndarray:
        return data["r2"][data["neurons"] == size]

    def beats(size: int, other: int) -> float | None:
        """Share of the pairs of trainings in which one size does better than another."""
        first, second = of(size), of(other)
        return (first[:, None] > second).mean() if len(first) and len(second) else None

    rough = data["roughness"]
    return {
        "four_beats_six": beats(4, 6),
        "eight_beats_four": beats(8, 4),
        "networks_with_dead_neurons": 1 - (live == data["neurons"]).mean(),
        "roughness_alive": _median(rough[active]),
        "roughness_dead": _median(rough[~active]),
        "r2_against_alive": np.corrcoef(live, data["r2"])[0, 1] if len(set(live)) > 1 else None,
    }


def _median(values: np.ndarray) -> float | None:
    """Of those that are there: NaN stands for a neuron that a network has not."""
    known = values[np.isfinite(values)]
    return np.median(known) if len(known) else None
