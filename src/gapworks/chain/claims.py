"""Numbers of the chain study that stand beside the paper's, taken from evaluation files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gapworks.chain.statistics import Evaluated
from gapworks.factory.container import read, verify


def metrics(folder: Path) -> dict[str, float]:
    """Every metric that docs/claims.yaml may name for this study.

    Parameters
    ----------
    folder : Path
        results/<scale>/chain/data/evaluation, with all that the study's figures are drawn from.

    Raises
    ------
    DataError
        If an evaluation is damaged.
    FileNotFoundError
        If one is missing.
    """
    found = {path.stem: _load(path) for path in sorted(folder.glob("*.h5"))}
    for name in ("train-bdg", "test-bdg", "test-surrogate", "floor", "cost"):
        if name not in found:
            raise FileNotFoundError(f"{folder}/{name}.h5: is missing; make the study first")
    solved, surrogate = found["test-bdg"], found["test-surrogate"]
    windows = [data for name, data in found.items() if name.startswith("test-window-")]
    most = max(data.attributes["training_samples"] for data in windows)
    window = next(
        data
        for data in windows
        if data.attributes["training_samples"] == most and data.attributes["window"] == 17
    )
    reach = window.attributes["window"] - 1
    low, middle, high = (solved.row(V0) for V0 in (0.25, 0.5, 0.75))
    made = {
        "parameters": window.attributes["parameters"],
        "window_mse": window["pooled"][0],
        "window_r2": window["pooled"][1],
        "window_mse_strong": window["mse"][high],
        "constant_mse": window["pooled"][2],
        "surrogate_mse": surrogate["pooled"][0],
        "surrogate_r2": surrogate["pooled"][1],
        "window_floor": found["floor"]["floor"][found["floor"]["cutoff"] == 8][0],
        "first_cutoff": _first_cutoff(windows),
        "mean_delta_clean": solved["mean_delta"][0],
        "mean_delta_025": solved["mean_delta"][low],
        "mean_delta_050": solved["mean_delta"][middle],
        "mean_delta_075": solved["mean_delta"][high],
        "mean_delta_rises": float(np.diff(solved["mean_delta"]).max()),
        "window_mean_error": _largest(window, solved, "mean_delta"),
        "surrogate_mean_error": _largest(surrogate, solved, "mean_delta"),
        "V_kurtosis": _kurtosis(found["train-bdg"]),
        "delta_peak": _peak(found["train-bdg"]),
        "ln_skewness": solved["ln_delta_skewness"][high],
        "near_zero_share": solved["near_zero_share"][high],
        "window_near_zero_share": window["near_zero_share"][high],
        "enhanced_share": solved["enhanced_share"][middle],
        "window_enhanced_share": window["enhanced_share"][middle],
        "plateau_075": solved["correlation"][high, reach:].mean(),
        "dip_075": solved["correlation"][high].min() - solved["correlation"][high, -1],
        "window_correlation_near": _deviation(window, solved)[:, :reach].max(),
        "window_correlation_far": _deviation(window, solved)[:, reach:].max(),
        "surrogate_correlation": _deviation(surrogate, solved).max(),
        "iterations": solved["mean_iterations"].max(),
    }
    return {name: float(value) for name, value in (made | _costs(found["cost"])).items()}


def _load(path: Path) -> Evaluated:
    return Evaluated(verify(path).attributes, read(path))


def _first_cutoff(windows: list[Evaluated]) -> float:
    """Smallest R of the scan's largest training set with an error below 1e-3; infinite if none."""
    sizes: dict[int, list[tuple[int, float]]] = {}
    for data in windows:
        cutoff = (data.attributes["window"] - 1) // 2
        sizes.setdefault(data.attributes["training_samples"], []).append(
            (cutoff, data["pooled"][0])
        )
    scanned = [found for found in sizes.values() if len(found) > 1] or list(sizes.values())
    below = [cutoff for cutoff, mse in scanned[-1] if mse < 1e-3]
    return min(below, default=float("inf"))


def _largest(data: Evaluated, solved: Evaluated, name: str) -> float:
    return np.abs(data[name] - solved[name]).max()


def _deviation(data: Evaluated, solved: Evaluated) -> np.ndarray:
    return np.abs(data["correlation"] - solved["correlation"])


def _kurtosis(data: Evaluated) -> float:
    """Of the pooled disorder, about zero: 2.4 for a triangular distribution."""
    V, density = data["V_bin"], data["V_histogram"]
    weight = density / density.sum()
    return (weight @ V**4) / (weight @ V**2) ** 2


def _peak(data: Evaluated) -> float:
    """Where the pooled Delta is most frequent."""
    pooled = data["realizations"] @ data["delta_histogram"]
    return data["delta_bin"][pooled.argmax()]


def _costs(data: Evaluated) -> dict[str, float]:
    """Ratios of times, each within one process."""
    row = {name.split("-")[0]: index for index, name in enumerate(data.attributes["methods"])}
    seconds, mse = data["seconds"], data["mse"]
    longest = -1
    return {
        "dense_over_exact": seconds[row["dense"], 0] / seconds[row["exact"], 0],
        "exact_over_window": seconds[row["exact"], longest] / seconds[row["window"], longest],
        "exact_over_surrogate": seconds[row["exact"], longest] / seconds[row["surrogate"], longest],
        "window_growth": seconds[row["window"], longest]
        / seconds[row["window"], 0]
        / (data["length"][longest] / data["length"][0]),
        "truncated_mse": np.nanmax(mse[_truncated(data)]),
        "truncated_over_window": np.nanmedian(
            seconds[_truncated(data), longest] / seconds[row["window"], longest]
        ),
    }


def _truncated(data: Evaluated) -> list[int]:
    """Rows of the exact solver stopped at a residual of 1e-3, or early at all if that is absent."""
    names = data.attributes["methods"]
    rows = [index for index, name in enumerate(names) if name == "exact 1e-03"]
    return rows or [index for index, name in enumerate(names) if name.startswith("exact ")]
