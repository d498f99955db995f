"""Spectra inferred from gap functions with noise by the equations, and by a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from gapworks.eliashberg.config import Physics
from gapworks.eliashberg.data.fields import as_complex, as_numbers, gap_function
from gapworks.eliashberg.evaluation.readings import INFERRED
from gapworks.eliashberg.evaluation.solved import first_tests
from gapworks.eliashberg.evaluation.tested import single
from gapworks.eliashberg.inference.inversion.answer import Inversion
from gapworks.eliashberg.inference.inversion.invert import invert
from gapworks.eliashberg.learning.distances import relative_distance
from gapworks.eliashberg.learning.forward import Pushed, push_forward
from gapworks.eliashberg.physics.critical_temperature import critical_temperature
from gapworks.eliashberg.physics.spectrum import coupling_constant, logarithmic_frequency
from gapworks.eliashberg.steps import Invert
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report, about_data

BANDS = ("a2f", "lower", "upper", "lower95", "upper95")
"""Curves of an answer: the median, and the ends of its bands."""

EXAMPLES = 2
"""Samples whose curves are kept, at most."""

_EACH = ("level", "row")
VARIABLES = {
    "a2f_error": Variable(_EACH, "1", "relative L2 error of a2F, by the equations"),
    "network_a2f_error": Variable(_EACH, "1", "the same of the network"),
    "closure": Variable(
        _EACH, "1", "relative L2 distance of the gap function of the answer from the true one"
    ),
    "network_closure": Variable(_EACH, "1", "the same of the network's answer"),
    "inside68": Variable(_EACH, "1", "share of a2F within its band of 68 %"),
    "inside95": Variable(_EACH, "1", "the same of 95 %"),
    "width": Variable(_EACH, "1", "half width of the band of 68 % over a2F, as L2 norms"),
    "chi2": Variable(_EACH, "1", "chi^2 per degree of freedom"),
    "modes": Variable(_EACH, "1", "directions that the data told better than the prior", "int32"),
    "answered": Variable(_EACH, "1", "1 if the fit ended and was not refused", "uint8"),
    "number_true": Variable(("number", "row"), "1, meV, K", "lambda, omega_log, T_c"),
    "number_found": Variable(("number", *_EACH), "1, meV, K", "the same by the equations"),
    "number_deviation": Variable(("number", *_EACH), "1, meV, K", "its standard deviation"),
    "number_network": Variable(("number", *_EACH), "1, meV, K", "the same by the network"),
    "example_true": Variable(("example", "omega"), "1", "a2F"),
    "example_network": Variable(("level", "example", "omega"), "1", "a2F by the network"),
    **{
        f"example_{name}": Variable(("level", "example", "omega"), "1", f"{name} by the equations")
        for name in BANDS
    },
}


def evaluate(settings: Invert, given: Given, threads: int, report: Report) -> Evaluation:
    """Answers of the equations and of a network to the same gap functions, at every noise.

    Parameters
    ----------
    settings : Invert
    given : Given
        The data set "own" that the network was trained on; that network, from gap function to a2F.
    threads, report
        Of the solvers that push the network's answers forward; told every level.

    Raises
    ------
    DataError
        If the network was trained on other data.
    """
    header, arrays, name, network = single(given)
    physics, chosen = network.physics, settings.inversion
    test = first_tests(arrays, chosen.samples)
    omega, true, delta = arrays["omega"], test["a2f"], gap_function(test)
    rows, shown = len(true), slice(0, min(EXAMPLES, len(true)))
    made: dict[str, list[Any]] = {one: [] for one in VARIABLES}
    for level in chosen.noise:
        rng = np.random.default_rng([header.attributes["seed"], round(1e9 * level)])
        sigma = level * np.abs(delta[:, :1])
        values = as_complex(
            as_numbers(delta) + sigma * rng.standard_normal((rows, 2 * delta.shape[1]))
        )
        found = [
            invert(
                arrays["energy"],
                one,
                float(deviation),
                physics.temperature,
                physics.mu_star,
                physics.broadening,
                cutoff=physics.mu_star_cutoff,
                end=physics.cutoff,
            )
            for one, deviation in zip(values, sigma[:, 0], strict=True)
        ]
        pushed = push_forward(physics, network.apply(as_numbers(values)), delta, threads)
        _equations_say(made, found, omega, true, delta, shown)
        _network_says(made, pushed, physics, omega, true, shown)
        report(f"noise {level:g}: {sum(one.converged for one in found)} of {rows} converged")
    numbers = ("number_found", "number_deviation", "number_network")
    stacked = {one: np.array(values) for one, values in made.items() if values}
    stacked |= {one: np.swapaxes(stacked[one], 0, 1) for one in numbers}
    stacked["number_true"] = _numbers(physics, omega, true)
    stacked["example_true"] = true[shown]
    coordinates = {
        "level": Coordinate(
            np.array(chosen.noise), "1", "noise of Re Delta and Im Delta over |Delta| at the lowest"
        ),
        "row": Coordinate(test["sample"], "1", "index of the test sample"),
        "number": Coordinate(np.arange(len(INFERRED)), "1", ", ".join(INFERRED)),
        "example": Coordinate(test["sample"][shown], "1", "index of the test sample"),
        "omega": Coordinate(omega, "meV", "boson energy"),
    }
    attributes = about_data(header, "inversion") | {"network": name}
    attributes["mu_star_cutoff"] = physics.mu_star_cutoff
    return Evaluation(attributes, coordinates, VARIABLES, stacked)


def _equations_say(
    made: dict[str, list[Any]],
    found: list[Inversion],
    omega: np.ndarray,
    true: np.ndarray,
    delta: np.ndarray,
    shown: slice,
) -> None:
    """What the inversions of a level of noise add to the arrays."""
    curves = {
        name: np.array([np.interp(omega, one.omega, getattr(one, name)) for one in found])
        for name in BANDS
    }
    for share in ("68", "95"):
        ends = ("lower", "upper") if share == "68" else ("lower95", "upper95")
        within = (curves[ends[0]] <= true) & (true <= curves[ends[1]])
        made[f"inside{share}"].append(within.mean(1))
    half = (curves["upper"] - curves["lower"]) / 2
    known = [(one.lambda_, one.omega_log, one.critical_temperature) for one in found]
    predicted = np.array([one.predicted for one in found])
    made["a2f_error"].append(relative_distance(curves["a2f"], true))
    made["width"].append(np.linalg.norm(half, axis=1) / np.linalg.norm(true, axis=1))
    made["closure"].append(relative_distance(predicted, as_numbers(delta)))
    made["chi2"].append([one.chi2 for one in found])
    made["modes"].append([one.modes for one in found])
    made["answered"].append([one.converged and one.refused is None for one in found])
    made["number_found"].append(np.array([[one.value for one in row] for row in known]).T)
    made["number_deviation"].append(np.array([[one.deviation for one in row] for row in known]).T)
    for name in BANDS:
        made[f"example_{name}"].append(curves[name][shown])


def _network_says(
    made: dict[str, list[Any]],
    pushed: Pushed,
    physics: Physics,
    omega: np.ndarray,
    true: np.ndarray,
    shown: slice,
) -> None:
    """The same of the network's answers, their negative parts set to zero."""
    made["network_a2f_error"].append(relative_distance(pushed.a2f, true))
    made["network_closure"].append(pushed.numbers["gap_residual"])
    made["number_network"].append(_numbers(physics, omega, pushed.a2f))
    made["example_network"].append(pushed.a2f[shown])


def _numbers(physics: Physics, omega: np.ndarray, a2f: np.ndarray) -> np.ndarray:
    """`INFERRED` of spectra, shape (3, n)."""
    return np.array(
        [
            coupling_constant(omega, a2f),
            logarithmic_frequency(omega, a2f),
            critical_temperature(omega, a2f, physics.mu_star, cutoff=physics.mu_star_cutoff),
        ]
    )
