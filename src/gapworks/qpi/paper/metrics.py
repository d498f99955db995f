"""Numbers of the qpi study that stand beside the paper's, taken from its evaluation files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Estimate, Measured, exact, mean_of, resampled, share_of
from gapworks.qpi.config import CLASSES, E_GAPS
from gapworks.qpi.evaluation.errors import PARAMETERS
from gapworks.qpi.paper.scores import at_level, hit, mean_error, reported

Metrics = dict[str, Measured | None]


def metrics(
    evaluations: Sequence[Evaluated], network: str, judged: Mapping[str, str] | None
) -> Metrics:
    """Every metric that docs/claims.yaml may name for this study.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of.
    network : str
        The backbone of our own conditions.
    judged : mapping of str to str, or None
        Backbones under the paper's condition, `main` and `variant`; None where none is trained.

    Returns
    -------
    dict of str to Measured or None
        None where there is no number: a class without a sample, or a network that the scale does
        not train. The paper's networks are VGG16 and ConvNeXt; no other stands for them.
    """
    found = {data.name: data for data in evaluations}
    converged = found[f"test-{network}-converged"]
    single_grid = found[f"literal_test-{network}-literal"]
    crossed = found[f"literal_converged-{network}-literal"]
    made = _tested(converged, "", reported(converged))
    made |= _tested(single_grid, "literal_", reported(single_grid))
    made["hit_without_noise"] = mean_hit(converged, 0.0)
    made["literal_hit_without_noise"] = mean_hit(single_grid, 0.0)
    made["crossed_mean_hit"] = mean_hit(crossed, reported(crossed))
    made["crossed_loss_of_hits"] = _difference(made["literal_mean_hit"], made["crossed_mean_hit"])
    made["parameters"] = exact(converged.attributes["parameters"])
    made["training_samples"] = exact(converged.attributes["training_data"]["samples"])
    made["test_samples_per_class"] = exact(converged["samples"].min())
    made |= _statements(found["statements"])
    made["c3_accuracy"] = _told_by_symmetry(found["symmetry"])
    for label, name in enumerate(CLASSES):
        made[f"grid_error_{name}"] = _median(found["examples"], label)
    made |= _faithful({} if judged is None else found)
    made |= _phase(found.get(f"phase_test-{network}-phase"))
    return {
        name: None if one is None or math.isnan(one.value) else one for name, one in made.items()
    }


def _faithful(found: Mapping[str, Evaluated]) -> Metrics:
    """The paper's networks on its own images, without noise in the test and with it.

    They are VGG16 and ConvNeXt: whatever a scale trains in their place has no number here.
    """
    main, fewer, noiseless, variant, corrected = (
        found.get(name)
        for name in (
            "faithful_test-vgg16-faithful",
            "faithful_test-vgg16-faithful_fewer",
            "faithful_test-vgg16-faithful_noiseless",
            "faithful_test-convnext-faithful_fewer",
            "corrected_test-vgg16-faithful",
        )
    )
    level = 0.0 if main is None else reported(main)
    made = _tested(main, "faithful_", 0.0) | _tested(main, "noisy_", level)
    trained = None if main is None else exact(main.attributes["training_data"]["samples"])
    others = [made[f"faithful_hit_{name}"] for name in CLASSES if name != "A1g"]
    even = [made["faithful_hit_A2g"], made["faithful_hit_Eg"]]
    return made | {
        "faithful_training_samples": trained,
        "faithful_a1g_deficit": _difference(_mean(others), made["faithful_hit_A1g"]),
        "faithful_eu_deficit": _difference(_mean(even), made["faithful_hit_Eu"]),
        "faithful_theta_ratio": _ratio(made["faithful_theta_A1g"], made["faithful_theta_Eg"]),
        "faithful_eps0_ratio": _ratio(made["faithful_eps0_A1g"], made["faithful_eps0_Eg"]),
        "faithful_loss_in_noise": _lead(main, main, 0.0, level),
        "faithful_gain_by_noise": _lead(fewer, noiseless, 0.0, 0.0),
        "faithful_lead_of_vgg16": _lead(fewer, variant, 0.0, 0.0),
        "faithful_loss_by_order_of_t": _lead(main, corrected, 0.0, 0.0),
    }


def _tested(data: Evaluated | None, prefix: str, white: float) -> Metrics:
    """Hits and errors at a level of white noise, in the units of Table I (eps_0: meV)."""
    row = None if data is None else at_level(data, white)
    made: Metrics = {f"{prefix}mean_hit": None if data is None else mean_hit(data, white)}
    for label, name in enumerate(CLASSES):
        made[f"{prefix}hit_{name}"] = None if data is None else hit(data, row, label)
        for parameter in PARAMETERS:
            if (name, parameter) != ("A12u", "theta"):
                made[f"{prefix}{parameter}_{name}"] = (
                    None if data is None else mean_error(data, row, label, parameter)
                )
    return made


def mean_hit(data: Evaluated, white: float) -> Measured:
    """Mean of the classes' hits at a level of white noise."""
    row = at_level(data, white)
    return _mean([hit(data, row, label) for label in range(len(CLASSES))])


def _mean(some: Sequence[Measured | None]) -> Measured | None:
    """Mean of independent numbers."""
    known = [one for one in some if one is not None and not math.isnan(one.value)]
    if not known:
        return None
    error = math.hypot(*(one.error for one in known)) / len(known)
    value = sum(one.value for one in known) / len(known)
    return Measured(value, error, sum(one.samples or 0 for one in known))


def _difference(one: Measured | None, other: Measured | None) -> Measured | None:
    """Of independent numbers."""
    if one is None or other is None:
        return None
    samples = min(one.samples or 0, other.samples or 0) or None
    return Measured(one.value - other.value, math.hypot(one.error, other.error), samples)


def _ratio(one: Measured | None, other: Measured | None) -> Measured | None:
    """Of independent numbers."""
    if one is None or other is None or not one.value or not other.value:
        return None
    value = one.value / other.value
    error = value * math.hypot(one.error / one.value, other.error / other.value)
    return Measured(value, error, min(one.samples or 0, other.samples or 0) or None)


def _lead(
    one: Evaluated | None, other: Evaluated | None, white: float, other_white: float
) -> Measured | None:
    """By how much more of the same samples one recognises than the other does."""
    if one is None or other is None:
        return None
    right = one["right"][at_level(one, white)].astype(float)
    other_right = other["right"][at_level(other, other_white)].astype(float)
    if len(right) != len(other_right):
        return _difference(mean_hit(one, white), mean_hit(other, other_white))
    found = mean_of(right - other_right)
    # Two that never differ are no certainty: as if one sample more had told them apart.
    return found._replace(error=max(found.error, 1 / len(right)))


def _phase(data: Evaluated | None) -> Metrics:
    """R^2 of |phi| from images without noise."""
    made: Metrics = {}
    for column, name in enumerate(E_GAPS):
        made[f"phi_r2_{name}"] = None
        if data is not None:
            at = data.row("white", 0.0), column
            ends = Estimate(*(float(data[key][at]) for key in ("r2", "r2_lower", "r2_upper")))
            made[f"phi_r2_{name}"] = ends.measured(int(data["samples"][column]))
    return made


# ---- the model -----------------------------------------------------------------------------------


def _told_by_symmetry(data: Evaluated) -> Measured:
    """Balanced accuracy of the C3-odd share at the reported noise."""
    row = data.row("white", reported(data))
    samples = data["histogram"].sum(1).astype(int)
    return _mean(
        [
            share_of(round(float(share) * count), count)
            for share, count in zip(data["hit"][row], samples, strict=True)
        ]
    )


def _median(pairs: Evaluated, label: int) -> Measured:
    """Median error of the grid in a class; its own error is that of a normal distribution."""
    low, middle, high = pairs["error_quantiles"][label]
    samples = int(pairs["samples"][label])
    error = math.sqrt(math.pi / 2) * 0.5 * (high - low) / math.sqrt(samples)
    return Measured(float(middle), float(error), samples)


def _statements(data: Evaluated) -> Metrics:
    """Largest difference of what should be degenerate, smallest of what should be visible.

    These two are of the superconductors that were drawn, and exact; medians have errors.
    """
    compared, difference = data.attributes["statements"], data["difference"]

    def of(rows: Sequence[int], worst: Callable[[np.ndarray], float]) -> Measured | None:
        if not len(rows):
            return None
        values = difference[rows].ravel()
        if worst is not np.median:
            return exact(worst(values))
        rng = np.random.default_rng(0)
        return resampled(lambda chosen: np.median(values[chosen]), len(values), rng)

    def taken(about: str, worst: Callable[[np.ndarray], float], **keys: object) -> Measured | None:
        rows = [
            row
            for row, one in enumerate(compared)
            if one["about"] == about and all(one[key] == value for key, value in keys.items())
        ]
        return of(rows, worst)

    def clean(row: Mapping[str, object]) -> bool:
        return row["about"] == "degeneracy" and row["rashba"] == 0

    at_zero = [row for row, one in enumerate(compared) if clean(one) and one["omega"] == 0]
    elsewhere = [row for row, one in enumerate(compared) if clean(one) and one["omega"] != 0]
    split = [row for row, one in enumerate(compared) if one["rashba"] > 0]
    return {
        "a1u_a2u_at_zero": of(at_zero, np.max),
        "a1u_a2u_elsewhere": of(elsewhere, np.max),
        "a1u_a2u_rashba": of(split, np.median),
        "sign_of_gap": taken("sign of the gap", np.max),
        "sign_of_theta": taken("sign of theta", np.min),
        "phi_scalar_Eg": taken("size of phi", np.median, irrep="Eg", impurity="scalar"),
        "phi_scalar_Eu": taken("size of phi", np.median, irrep="Eu", impurity="scalar"),
        "phi_sign_scalar": taken("sign of phi", np.max, impurity="scalar"),
        "phi_sign_sz_Eg": taken("sign of phi", np.median, irrep="Eg", impurity="sz"),
        "phi_sign_sz_Eu": taken("sign of phi", np.median, irrep="Eu", impurity="sz"),
        **{f"order_of_t_{name}": taken("order of T", np.median, irrep=name) for name in CLASSES},
    }
