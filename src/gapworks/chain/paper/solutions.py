"""Numbers that the exact solutions say by themselves, with their standard errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gapworks.chain.evaluation.correlations import NORMALISATIONS
from gapworks.chain.evaluation.peaks import PEAKS
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, exact, resampled, share_of

Metrics = dict[str, Measured | None]


def at(data: Evaluated, name: str, V0: float, row: int | None = None) -> Measured | None:
    """A statistic with its error at one disorder strength; None if the data have not that strength.

    Parameters
    ----------
    data : Evaluated
    name : str
        Of an array over strengths that has NAME_error beside it.
    V0 : float
        Units of t.
    row : int, optional
        Of the dimension before the strength, if there is one.
    """
    found = np.flatnonzero(np.isclose(data["strength"], V0))
    if not len(found):
        return None
    return statistic(data, name, int(found[0]), row)


def statistic(data: Evaluated, name: str, index: int, row: int | None = None) -> Measured:
    """The same at the strength of this index."""
    values, errors = data[name], data[f"{name}_error"]
    if row is not None:
        values, errors = values[row], errors[row]
    return Measured(float(values[index]), float(errors[index]), int(data["realizations"][index]))


def over(above: Measured | None, below: Measured | None) -> Measured | None:
    """A ratio; the two are taken for independent, which makes its error, if anything, too large."""
    if above is None or below is None or not below.value:
        return None
    ratio = above.value / below.value
    relative = np.hypot(above.error / above.value if above.value else 0, below.error / below.value)
    samples = [one.samples for one in (above, below) if one.samples]
    return Measured(ratio, float(abs(ratio) * relative), min(samples, default=None))


def solutions(found: Mapping[str, Evaluated], filling: float) -> Metrics:
    """Of the training data: they are the most that the paper has.

    Parameters
    ----------
    found : mapping of str to Evaluated
        Evaluations by name.
    filling : float
        Mean n.
    """
    solved, train = found["test-bdg"], found["train-bdg"]
    clean, strongest = statistic(train, "mean_delta", 0), len(train["strength"]) - 1
    made: Metrics = {
        "training_realizations": exact(train["realizations"].min()),
        "test_sites": exact(solved["realizations"].sum() * len(solved["site"])),
        "mean_delta_clean": clean,
        "delta_over_fermi_energy": exact(clean.value / fermi_energy(filling)),
        "pair_size": exact(pair_size(clean.value, filling)),
        "mean_delta_025": at(train, "mean_delta", 0.25),
        "mean_delta_050": at(train, "mean_delta", 0.5),
        "mean_delta_075": at(train, "mean_delta", 0.75),
        "V_kurtosis": _kurtosis(train),
        "ln_skewness": at(train, "ln_delta_skewness", 0.75),
        "mode_over_clean": over(statistic(train, "mode", strongest), clean),
        "solver_iterations": exact(solved["mean_iterations"].max()),
    }
    for row, name in enumerate(NORMALISATIONS):
        made[f"dip_{_word(name)}"] = at(train, "dip", 0.75, row)
        made[f"weak_variation_{_word(name)}"] = at(train, "variation", 0.1, row)
    for reading in ("none", "literal"):
        made[f"hartree_{reading}_fall"] = _fall(found[f"hartree_{reading}-bdg"])
    made["hartree_attractive_fall"] = _fall(solved)
    made |= _suppression(found["suppression"]) | _peaks(found["peaks"])
    return made | _plain_mixing(found["plain_mixing"]) | _finite_size(found["finite_size"])


def _word(name: str) -> str:
    return name.replace(" ", "_")


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


def _fall(data: Evaluated) -> Measured | None:
    """Mean Delta at the strongest disorder over that of the clean ring."""
    last = len(data["strength"]) - 1
    return over(statistic(data, "mean_delta", last), statistic(data, "mean_delta", 0))


def _kurtosis(data: Evaluated) -> Measured:
    """Of the pooled disorder, about zero: 2.4 for a triangular distribution.

    The sites are drawn independently: the error follows from the moments.
    """
    V, density = data["V_bin"], data["V_histogram"]
    weight = density / density.sum()
    m2, m4, m6, m8 = (weight @ V**power for power in (2, 4, 6, 8))
    kurtosis = m4 / m2**2
    sites = int(data["realizations"].sum() * len(data["site"]))
    variance = (m8 - m4**2) / m4**2 + 4 * (m4 - m2**2) / m2**2 - 4 * (m6 - m4 * m2) / (m4 * m2)
    return Measured(float(kurtosis), float(kurtosis * np.sqrt(variance / sites)), sites)


def _suppression(data: Evaluated) -> Metrics:
    """The step of V0 at which a fall of mean Delta is least certain."""
    step = int(np.argmin(data["fall"] / data["fall_error"]))
    fall, error, rings = (data[name][step] for name in ("fall", "fall_error", "rings"))
    return {"least_certain_fall": Measured(float(fall), float(error), int(rings))}


def _peaks(data: Evaluated) -> Metrics:
    """Where the peaks are, and how sure it is that they are there at all."""
    made: Metrics = {}
    rings, resamples = (data.attributes[name] for name in ("realizations", "resamples"))
    for row, name in enumerate(PEAKS):
        position, error = data["position"][row], data["position_error"][row]
        made[f"{name}_peak"] = (
            Measured(float(position), float(error), rings) if np.isfinite(position) else None
        )
        present = share_of(resamples * data["present"][row], resamples)
        made[f"{name}_peak_present"] = present._replace(samples=None)
    return made


def _plain_mixing(data: Evaluated) -> Metrics:
    """Of the median ring, all strengths pooled; a ring that did not converge counts as slowest."""
    counted = data["iterations"].ravel()
    within = np.count_nonzero((counted >= 100) & (counted <= 1000))
    # A median asks for the order alone.
    counted = np.where(np.isnan(counted), np.nanmax(counted), counted)
    rng = np.random.default_rng(0)
    return {
        "plain_iterations": resampled(lambda rows: np.median(counted[rows]), len(counted), rng),
        "plain_iterations_within": share_of(within, len(counted)),
    }


def _finite_size(data: Evaluated) -> Metrics:
    """Of the paper's ring, at the strength where its length matters most."""
    column = np.flatnonzero(data["length"] == 256)
    if not len(column):
        return {"finite_size_shift": None, "finite_size_sites": None, "localised_over_length": None}
    made: Metrics = {}
    for name, array in (("shift", "shift"), ("sites", "site_difference")):
        values, errors = (data[key][:, column[0]] for key in (array, f"{array}_error"))
        row = int(np.abs(values).argmax())
        made[f"finite_size_{name}"] = Measured(float(abs(values[row])), float(errors[row]))
    made["localised_over_length"] = exact(data["localisation_length"].max() / 256)
    return made
