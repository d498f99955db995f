"""Numbers of the chain study that stand beside the paper's, taken from its evaluation files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gapworks.chain.evaluation.scores import cutoff, value
from gapworks.factory.evaluation_file import Evaluated

STOPPED = "exact 1e-03"
"""The method of the cost's evaluation that stops the solver at a residual of 1e-3."""


def metrics(
    evaluations: Sequence[Evaluated], network: str, filling: float
) -> dict[str, float | None]:
    """Every metric that docs/claims.yaml may name for this study, but those of wall times.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        All that the study's figures and tables are made of, without wall times.
    network : str
        The window network that stands for the paper's, "window-r8-n220".
    filling : float
        Mean n.

    Returns
    -------
    dict of str to float or None
        None where the scale does not measure it (a scan without that cut-off, say).
    """
    found = {data.name: data for data in evaluations}
    made = _solved(found, filling) | _networks(found, found[f"test-{network}"])
    made |= _scan([data for name, data in found.items() if name.startswith("test-window-")])
    made |= _stopped(found["cost"])
    return made


def timing(evaluations: Sequence[Evaluated]) -> dict[str, float | None]:
    """The metrics that come of wall times: ratios, each within one process.

    Parameters
    ----------
    evaluations : sequence of Evaluated
        The evaluation `timing` alone.
    """
    (data,) = evaluations
    names = data.attributes["methods"]
    row = {name.split("-")[0]: index for index, name in enumerate(names)}
    seconds, length = data["seconds"], data["length"]
    growth = length[-1] / length[0]
    stopped = names.index(STOPPED) if STOPPED in names else None
    return {
        "dense_over_exact": seconds[row["dense"], 0] / seconds[row["exact"], 0],
        "exact_over_window": seconds[row["exact"], -1] / seconds[row["window"], -1],
        "exact_over_surrogate": seconds[row["exact"], -1] / seconds[row["surrogate"], -1],
        "window_growth": seconds[row["window"], -1] / seconds[row["window"], 0] / growth,
        "exact_growth": seconds[row["exact"], -1] / seconds[row["exact"], 0] / growth,
        "stopped_over_window": None
        if stopped is None
        else np.nanmedian(seconds[stopped] / seconds[row["window"]]),
    }


def _solved(found: Mapping[str, Evaluated], filling: float) -> dict[str, float | None]:
    """What the exact solutions say by themselves."""
    solved, train = found["test-bdg"], found["train-bdg"]
    clean = solved["mean_delta"][0]
    correlation = _at(solved, "correlation", 0.75)
    return {
        "training_realizations": train["realizations"].min(),
        "test_sites": solved["realizations"].sum() * len(solved["site"]),
        "mean_delta_clean": clean,
        "delta_over_fermi_energy": clean / fermi_energy(filling),
        "pair_size": pair_size(clean, filling),
        "mean_delta_025": _at(solved, "mean_delta", 0.25),
        "mean_delta_050": _at(solved, "mean_delta", 0.5),
        "mean_delta_075": _at(solved, "mean_delta", 0.75),
        "mean_delta_largest_rise": np.diff(solved["mean_delta"]).max(),
        "V_kurtosis": _kurtosis(train),
        "delta_peak_over_clean": _peak(train) / clean,
        "suppressed_peak_over_clean": _second_peak(train) / clean,
        "ln_skewness": _at(solved, "ln_delta_skewness", 0.75),
        "mode_over_clean": _mode(solved) / clean,
        "near_zero_share": _at(solved, "near_zero_share", 0.75),
        "enhanced_share": _at(solved, "enhanced_share", 0.5),
        "dip": None if correlation is None else correlation.min() - correlation[-1],
        "iterations": solved["mean_iterations"].max(),
        "hartree_none_fall": _fall(found["hartree_none-bdg"]),
        "hartree_literal_fall": _fall(found["hartree_literal-bdg"]),
        "hartree_attractive_fall": _fall(solved),
    }


def _networks(found: Mapping[str, Evaluated], window: Evaluated) -> dict[str, float | None]:
    """Both networks on the test set, beside the constant and the floor."""
    solved, surrogate, floor = found["test-bdg"], found["test-surrogate"], found["floor"]
    reach = 2 * cutoff(window)
    known = np.flatnonzero(floor["cutoff"] == cutoff(window))
    last = len(solved["strength"]) - 1
    made = {}
    for name, data in (("window", window), ("surrogate", surrogate)):
        made |= {f"{name}_{score}": value(data, "pooled", score) for score in ("mse", "r2")}
        made[f"{name}_mean_error"] = np.abs(data["mean_delta"] - solved["mean_delta"]).max()
    return made | {
        "parameters": window.attributes["parameters"],
        "epochs": window.attributes["epochs"],
        "constant_mse": value(window, "pooled", "baseline_mse"),
        "window_floor": floor["floor"][known[0]] if len(known) else None,
        "floor_share_strong": floor["floor_by_strength"][known[0], last] / window["mse"][last]
        if len(known)
        else None,
        "window_near_zero_ratio": _ratio(window, solved, "near_zero_share", 0.75),
        "window_enhanced_ratio": _ratio(window, solved, "enhanced_share", 0.5),
        "window_correlation_near": _deviation(window, solved)[:, :reach].max(),
        "window_correlation_far": _deviation(window, solved)[:, reach:].max(),
        "surrogate_correlation": _deviation(surrogate, solved).max(),
    }


def fermi_energy(filling: float) -> float:
    """Energy of the highest filled level above the bottom of the free band, units of t."""
    return 2 - 2 * np.cos(np.pi * filling / 2)


def pair_size(delta: float, filling: float, points: int = 65_536) -> float:
    """Root mean square distance of a pair's electrons in the clean chain, lattice spacings.

    From the pair amplitude F_k = Delta / 2 E_k: the mean square is sum |dF/dk|^2 / sum |F|^2.
    """
    k = np.linspace(-np.pi, np.pi, points, endpoint=False)
    energy = -2 * np.cos(k) + 2 * np.cos(np.pi * filling / 2)
    F = delta / (2 * np.sqrt(energy**2 + delta**2))
    slope = np.gradient(F, k)
    return float(np.sqrt((slope**2).sum() / (F**2).sum()))


def _scan(windows: Sequence[Evaluated]) -> dict[str, float | None]:
    """What the scan of Fig. 2 says of cut-offs and of the amount of data."""
    mse = {(_realizations(data), cutoff(data)): value(data, "pooled", "mse") for data in windows}
    sizes = [size for size, _ in mse]
    # The training set's own size may have the paper's network alone: that is no scan.
    scanned = sorted({size for size in sizes if sizes.count(size) > 1} or set(sizes))
    fewest, most = scanned[0], scanned[-1]
    cutoffs = sorted(R for size, R in mse if size == most)

    def over(above: tuple[int, int], below: tuple[int, int]) -> float | None:
        known = above in mse and below in mse and above != below
        return mse[above] / mse[below] if known else None

    return {
        "wide_window_mse": max((mse[most, R] for R in cutoffs if R >= 8), default=None),
        "narrow_window_mse": min((mse[most, R] for R in cutoffs if R <= 4), default=None),
        "saturation": over((most, 16), (most, 8)),
        "data_gain_widest": over((fewest, cutoffs[-1]), (most, cutoffs[-1])),
        "data_gain_narrowest": over((fewest, cutoffs[0]), (most, cutoffs[0])),
    }


def _stopped(data: Evaluated) -> dict[str, float | None]:
    """The error of the exact solver when it is stopped early."""
    names = data.attributes["methods"]
    known = STOPPED in names
    return {"stopped_mse": np.nanmax(data["mse"][names.index(STOPPED)]) if known else None}


def _realizations(data: Evaluated) -> int:
    return data.attributes["settings_of_network"]["realizations"]


def _at(data: Evaluated, name: str, V0: float) -> Any:
    """A statistic at one disorder strength; None if the data have not that strength."""
    rows = np.flatnonzero(np.isclose(data["strength"], V0))
    return data[name][rows[0]] if len(rows) else None


def _ratio(data: Evaluated, solved: Evaluated, name: str, V0: float) -> float | None:
    true = _at(solved, name, V0)
    return _at(data, name, V0) / true if true else None


def _deviation(data: Evaluated, solved: Evaluated) -> np.ndarray:
    return np.abs(data["correlation"] - solved["correlation"])


def _fall(data: Evaluated) -> float:
    """Mean Delta at the strongest disorder over that of the clean ring."""
    return data["mean_delta"][-1] / data["mean_delta"][0]


def _kurtosis(data: Evaluated) -> float:
    """Of the pooled disorder, about zero: 2.4 for a triangular distribution."""
    V, density = data["V_bin"], data["V_histogram"]
    weight = density / density.sum()
    return (weight @ V**4) / (weight @ V**2) ** 2


def _pooled(data: Evaluated) -> np.ndarray:
    return data["realizations"] @ data["delta_histogram"] / data["realizations"].sum()


def _peak(data: Evaluated) -> float:
    """Where the pooled Delta is most frequent."""
    return data["delta_bin"][_pooled(data).argmax()]


def _second_peak(data: Evaluated) -> float:
    """Where the pooled Delta is most frequent below half the clean ring's."""
    below = data["delta_bin"] < 0.5 * data["mean_delta"][0]
    return data["delta_bin"][below][_pooled(data)[below].argmax()]


def _mode(data: Evaluated) -> float:
    """Where Delta is most frequent at the strongest disorder."""
    return data["delta_bin"][data["delta_histogram"][-1].argmax()]
