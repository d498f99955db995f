"""How many directions in the space of spectra data tell, against their noise: by kind of data."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.data.fields import real_energies
from gapworks.eliashberg.evaluation.solved import about_solved, first_tests, solved_data
from gapworks.eliashberg.inference.design.modes import KINDS, resolved, strengths
from gapworks.eliashberg.inference.inversion.equations import Setting
from gapworks.eliashberg.inference.inversion.start import equations_of
from gapworks.eliashberg.physics.real_axis import line_step
from gapworks.eliashberg.steps import Invert
from gapworks.factory.container import Coordinate, Variable
from gapworks.factory.evaluation_file import Evaluation, Given, Report

VARIABLES = {
    "modes": Variable(
        ("kind", "level", "row"), "1", "directions that data tell better than the prior", "int32"
    ),
}


def evaluate(settings: Invert, given: Given, threads: int, report: Report) -> Evaluation:
    """Directions resolved by gap function, DOS and Matsubara data of test samples.

    Noise of gap functions and of Matsubara data is in units of Delta(i omega_0), that of the
    density of states in units of the normal state's.

    Parameters
    ----------
    settings : Invert
    given : Given
        The data set "solved".
    threads, report
        Not used: a sample takes tenths of a second.
    """
    header, arrays, physics, _ = solved_data(given)
    chosen = first_tests(arrays, settings.inversion.spectra)
    levels = np.array(settings.inversion.mode_noise)
    setting = Setting(
        temperature=physics.temperature,
        cutoff=physics.mu_star_cutoff,
        broadening=physics.broadening,
        count=physics.matsubara,
        tail=False,
        step=line_step(physics.temperature, physics.broadening),
        reach=physics.highest_energy,
    )
    equations, x = equations_of(physics.cutoff, setting), real_energies(physics)
    modes = np.empty((len(KINDS), len(levels), len(chosen["a2f"])), int)
    for row, a2f in enumerate(chosen["a2f"]):
        on_grid = np.interp(equations.model.omega, chosen["omega"], a2f)
        found = strengths(equations, on_grid, physics.mu_star, x)
        for kind, name in enumerate(KINDS):
            unit = 1.0 if name == "dos" else chosen["matsubara_delta"][row, 0]
            modes[kind, :, row] = resolved(found[name], unit * levels)
    coordinates = {
        "kind": Coordinate(np.arange(len(KINDS)), "1", "gap function, DOS, Matsubara data"),
        "level": Coordinate(levels, "1", "noise in units of Delta(i omega_0), or of N_F"),
        "row": Coordinate(chosen["sample"], "1", "index of the test sample"),
    }
    attributes = about_solved(header, "modes", physics) | {
        "kinds": list(KINDS),
        "coefficients": len(equations.model.basis),
    }
    return Evaluation(attributes, coordinates, VARIABLES, {"modes": modes})
