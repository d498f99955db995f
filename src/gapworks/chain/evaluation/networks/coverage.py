"""Whether a surrogate's bands hold what they promise, and what it saves the solver as a start."""

from __future__ import annotations

import numpy as np

from gapworks.chain.config import Physics
from gapworks.chain.data.rings import solve_rings
from gapworks.chain.learning.bands import spread
from gapworks.chain.learning.fit import check_network_fits
from gapworks.chain.learning.trained import Network
from gapworks.chain.steps import NoSettings
from gapworks.factory.container import Coordinate, Variable, with_error
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data
from gapworks.learning.data import read_dataset
from gapworks.learning.intervals import jackknifed

_SITES = ("strength",)
VARIABLES = {
    "rings": Variable(_SITES, "1", "rings that were solved", "int64"),
    "judged": Variable(_SITES, "1", "share of them that are given a band"),
    **with_error("coverage", Variable(_SITES, "1", "share of their sites within the bands")),
    "half_width": Variable(_SITES, "t", "mean half width of the bands"),
    **with_error(
        "unjudged_coverage",
        Variable(_SITES, "1", "the same of all rings, at the half width of their spread"),
    ),
    "iterations": Variable(_SITES, "1", "mean iterations from the clean ring's state"),
    **with_error("saved", Variable(_SITES, "1", "iterations saved by the network's start")),
}


def evaluate(settings: NoSettings, given: Given, threads: int, report: Report) -> Evaluation:
    """Coverage and width of bands per V0, on `given.data["test"]`; iterations saved.

    Parameters
    ----------
    settings : NoSettings
    given : Given
        The data set "test", of any law of disorder; a surrogate.
    threads : int
        For the solver.
    report : callable
        Is told each V0.

    Returns
    -------
    Evaluation
        The arrays of `VARIABLES`; errors over rings, NaN where no ring is judged, as of a network
        that was too poor to be calibrated.

    Raises
    ------
    DataError
        If a file cannot be read or does not fit.
    """
    (path,) = given.datasets("test")
    header, arrays = read_dataset(path, "chain")
    name, weights = given.network()
    network = Network.load(weights)
    check_network_fits(network, weights, header.attributes)
    valid = arrays["valid"] == 1
    V, delta, V0 = (arrays[key][valid] for key in ("V", "delta", "disorder_strength"))
    band, calibration = network.bands(V), network.calibration
    none = np.full(len(V), np.nan)
    width = none if band is None else band.half_width
    whatever = none if calibration is None else calibration.of_spread(spread(V))
    said = header.attributes["settings"]
    answer = network.answer(V, exactly=False)
    started = solve_rings(
        Physics.model_validate(said["physics"]),
        V,
        tolerance=said["solver"]["tolerance"],
        max_iterations=said["solver"]["max_iterations"],
        start=(answer.delta, answer.density, answer.mu),
        threads=threads,
    )
    errors = np.abs(answer.delta - delta)
    judged = np.isfinite(width)
    within = (errors <= width[:, None]).mean(-1)
    within_any = (errors <= whatever[:, None]).mean(-1)
    saved = arrays["iterations"][valid] - started.iterations
    strengths, rows = np.unique(V0), []
    for one in strengths:
        own = one == V0
        kept = own & judged
        row = {
            "rings": own.sum(),
            "judged": judged[own].mean(),
            "half_width": width[kept].mean() if kept.any() else np.nan,
            "iterations": arrays["iterations"][valid][own].mean(),
        }
        for key, values in (
            ("coverage", within[kept]),
            ("unjudged_coverage", within_any[own & np.isfinite(whatever)]),
            ("saved", saved[own].astype(float)),
        ):
            mean, error = jackknifed(lambda m: m, values) if len(values) else (np.nan, np.nan)
            row |= {key: mean, f"{key}_error": error}
        rows.append(row)
        report(f"V0 = {one:g}: {row['coverage']:.3f} within {row['half_width']:.1e} t")
    made = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    coordinates = {"strength": Coordinate(strengths, "t", "disorder strength V0")}
    attributes = about_data(header, "coverage") | network.attributes | {"network": name}
    return Evaluation(attributes, coordinates, VARIABLES, made)
