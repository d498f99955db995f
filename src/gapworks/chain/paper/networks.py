"""Numbers of the networks beside the exact solutions, with their standard errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from gapworks.chain.evaluation.correlations import NORMALISATIONS
from gapworks.chain.evaluation.scores import cutoff, value
from gapworks.chain.paper.solutions import Metrics, at, over, statistic
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Estimate, Measured, exact

MODERATE = 0.25, 0.5
"""Moderate disorder strengths, units of t: the paper calls the agreement excellent below the last.
Below the first Delta hardly varies, and there is little to explain."""


def networks(found: Mapping[str, Evaluated], network: str) -> Metrics:
    """The paper's network and ours, beside the constant and the floor.

    Parameters
    ----------
    found : mapping of str to Evaluated
        Evaluations by name.
    network : str
        The window network that stands for the paper's, "window-r8-n220".
    """
    window, surrogate = found[f"test-{network}"], found["test-surrogate"]
    made: Metrics = {
        "parameters": exact(window.attributes["parameters"]),
        "epochs": exact(window.attributes["epochs"]),
        "training_loss": exact(window.attributes["training_loss"]),
        "window_mse": pooled(window, "mse"),
        "window_r2": pooled(window, "r2"),
        "surrogate_mse": pooled(surrogate, "mse"),
        "surrogate_r2": pooled(surrogate, "r2"),
        "constant_mse": pooled(window, "baseline_mse"),
    }
    many = found[f"surrogate-{network}"]
    for name, data in (("window", many), ("surrogate", surrogate)):
        made |= {f"{name}_{key}": one for key, one in _agreement(data).items()}
    floor = found["floor"]
    row = np.flatnonzero(floor["cutoff"] == cutoff(window))
    made["window_floor"] = made["floor_share"] = made["floor_share_strong"] = None
    if len(row):
        ends = (floor[f"floor{end}"][row[0]] for end in ("", "_lower", "_upper"))
        made["window_floor"] = Estimate(*map(float, ends)).measured()
        made["floor_share"] = over(made["window_floor"], made["window_mse"])
        made["floor_share_strong"] = _floor_share(floor, row[0], many)
    return made | _at_fixed_mu(found, network) | _scan(found)


def pooled(data: Evaluated, score: str) -> Measured:
    """A score over all strengths with its standard error."""
    samples = int(data["realizations"].sum())
    return Measured(
        float(value(data, "pooled", score)), value(data, "pooled_error", score), samples
    )


def _agreement(data: Evaluated) -> Metrics:
    """Each of the paper's statements at the strength that it is about, or where it is worst."""
    least, most = MODERATE
    moderate = np.flatnonzero((data["strength"] >= least) & (data["strength"] < most))
    made: Metrics = {
        "bias": _worst(data, "bias", np.arange(len(data["strength"]))),
        "near_zero_ratio": at(data, "near_zero_ratio", 0.75),
        "enhanced_ratio": at(data, "enhanced_ratio", most),
        "enhanced_recall": at(data, "enhanced_recall", most),
        "enhanced_precision": at(data, "enhanced_precision", most),
        "moderate_distance": _worst(data, "distribution_distance", moderate),
        "moderate_r2": _worst(data, "r2", moderate, np.argmin),
        "strong_distance": at(data, "distribution_distance", 0.75),
    }
    everywhere = np.arange(len(data["strength"]))
    for row, normalisation in enumerate(NORMALISATIONS):
        for part in ("near", "far"):
            name = f"correlation_{part}"
            word = normalisation.replace(" ", "_")
            made[f"{name}_{word}"] = _worst(data, name, everywhere, row=row)
    return made


def _worst(data, name, strengths, choose=np.argmax, row=None) -> Measured | None:
    """A statistic's size at the one of these strengths where it is largest (or least)."""
    if not len(strengths):
        return None
    values = data[name] if row is None else data[name][row]
    sizes = np.abs(values[strengths]) if choose is np.argmax else values[strengths]
    worst = statistic(data, name, int(strengths[choose(sizes)]), row)
    return worst._replace(value=float(sizes[choose(sizes)]))


def _floor_share(floor: Evaluated, row: int, network: Evaluated) -> Measured | None:
    """The share of a network's error that no data mend, at the strongest disorder."""
    last = len(floor["strength"]) - 1
    known = floor["floor_by_strength"][row, last], floor["floor_by_strength_error"][row, last]
    return over(Measured(*map(float, known)), statistic(network, "mse", last))


def _at_fixed_mu(found: Mapping[str, Evaluated], network: str) -> Metrics:
    """The same under the other reading of mu; without a network of that reading the floor alone."""
    floor = found["floor-fixed"]
    last = len(floor["strength"]) - 1
    strong = floor["floor_by_strength"][0, last], floor["floor_by_strength_error"][0, last]
    ends = (float(floor[f"floor{end}"][0]) for end in ("", "_lower", "_upper"))
    fixed = found.get(f"fixed_test-{network}-fixed")
    made: Metrics = {
        "fixed_mu_floor": Estimate(*ends).measured(),
        "fixed_mu_floor_strong": Measured(*map(float, strong)),
        "fixed_mu_window_mse": None if fixed is None else pooled(fixed, "mse"),
        "fixed_mu_floor_share_strong": None if fixed is None else _floor_share(floor, 0, fixed),
    }
    made["fixed_mu_floor_share"] = over(made["fixed_mu_floor"], made["fixed_mu_window_mse"])
    return made


def _scan(found: Mapping[str, Evaluated]) -> Metrics:
    """What the scan of Fig. 2 says of cut-offs and of the amount of data."""
    windows = [data for name, data in found.items() if name.startswith("test-window-")]
    mse = {(_realizations(data), cutoff(data)): pooled(data, "mse") for data in windows}
    sizes = [size for size, _ in mse]
    # The training set's own size may have the paper's network alone: that is no scan.
    scanned = sorted({size for size in sizes if sizes.count(size) > 1} or set(sizes))
    most = scanned[-1]
    cutoffs = sorted(R for size, R in mse if size == most)
    wide, narrow = ([mse[most, R] for R in cutoffs if wanted(R)] for wanted in (_is_wide, _is_not))
    others = [mse[most, R] for R in cutoffs if R != 8]
    best = min(others, key=lambda one: one.value, default=None)
    curves = {
        R: [(n, _excess(mse[n, R], found["floor"], R)) for n in scanned if (n, R) in mse]
        for R in cutoffs
    }
    return {
        "wide_window_mse": max(wide, key=lambda one: one.value, default=None),
        "narrow_window_mse": min(narrow, key=lambda one: one.value, default=None),
        "saturation": over(mse.get((most, 16)), mse.get((most, 8))),
        "best_over_paper_cutoff": over(best, mse.get((most, 8))),
    } | data_growth(curves)


def _is_wide(R: int) -> bool:
    return R >= 8


def _is_not(R: int) -> bool:
    return R <= 4


def _realizations(data: Evaluated) -> int:
    return data.attributes["settings_of_network"]["realizations"]


def _excess(mse: Measured, floor: Evaluated, R: int) -> Measured | None:
    """What is left of an error above the floor of its window."""
    row = np.flatnonzero(floor["cutoff"] == R)
    if not len(row):
        return None
    ends = (float(floor[f"floor{end}"][row[0]]) for end in ("", "_lower", "_upper"))
    bound = Estimate(*ends).measured()
    return Measured(mse.value - bound.value, float(np.hypot(mse.error, bound.error)), mse.samples)


def data_growth(curves: Mapping[int, Sequence[tuple[int, Measured | None]]]) -> Metrics:
    """How fast the rings that a window needs grow with its cut-off, at a fixed excess error.

    Between neighbouring cut-offs, the growth is the logarithm of the ratio of rings needed, over
    the difference of cut-offs. If the need is exponential in R it is the same everywhere; if it is
    a power of R, it falls as 1 / R.

    Parameters
    ----------
    curves : mapping of int to sequence of (rings, excess error)
        By cut-off.

    Returns
    -------
    dict
        `data_growth`, at the widest pair, per site, and `data_growth_ratio`, that over the
        narrowest pair's; None where the curves have no excess error in common, or too few.
    """
    rates = []
    for R, wider in pairwise(sorted(curves)):
        known = [_falling(curves[one]) for one in (R, wider)]
        if any(len(curve) < 2 for curve in known):
            continue
        # The excess errors that both curves pass.
        low = max(curve[-1][1].value for curve in known)
        high = min(curve[0][1].value for curve in known)
        if low < high:
            level = np.sqrt(low * high)
            (few, few_error), (many, many_error) = (_rings_needed(c, level) for c in known)
            step = wider - R
            rates.append(Measured((many - few) / step, np.hypot(few_error, many_error) / step))
    ratio = over(rates[-1], rates[0]) if len(rates) > 1 else None
    return {"data_growth": rates[-1] if rates else None, "data_growth_ratio": ratio}


def _falling(curve: Sequence[tuple[int, Measured | None]]) -> list[tuple[int, Measured]]:
    """As far as the excess error is there, above zero and falls with the rings."""
    kept: list[tuple[int, Measured]] = []
    for rings, excess in sorted(curve, key=lambda one: one[0]):
        if excess is None or excess.value <= 0 or (kept and excess.value >= kept[-1][1].value):
            break
        kept.append((rings, excess))
    return kept


def _rings_needed(curve: Sequence[tuple[int, Measured]], level: float) -> tuple[float, float]:
    """ln of the rings at which an excess error is reached, by power laws, and its error."""
    for (n, above), (more, below) in pairwise(curve):
        if below.value <= level <= above.value:
            slope = np.log(more / n) / np.log(above.value / below.value)
            relative = max(one.error / one.value for one in (above, below))
            return np.log(n) + slope * np.log(above.value / level), slope * relative
    raise ValueError(f"no part of the curve passes {level}")
